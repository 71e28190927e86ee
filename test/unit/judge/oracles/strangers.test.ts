import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactEvidence, ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { saMessage } from '../../evidence/xfrm-build.ts';
import { aLarvalSa, anSa } from '../../evidence/xfrm-samples.ts';
import { added, deleted, protectedPacket, type Step, type Story, evidenceOf as storyOf, wireOf } from './evidence.ts';

const [packet] = readWire([{ time: 5n, frame: new Uint8Array(60) }]);
const sa = anSa({ direction: 'out' });
const seen: ProtectedPacket = {
  frame: { file: 'links/l.pcapng', number: 1, time: 5n, sender: 'west', packet: packet as NonNullable<typeof packet> },
  protocol: 'esp',
  spi: sa.spi,
  source: sa.source,
  destination: sa.destination,
  encapsulation: 'none',
  word: 'verified',
  copy: false,
};
const from = (sender: string, other: Partial<ProtectedPacket> = {}): ProtectedPacket => ({
  ...seen,
  ...other,
  frame: { ...seen.frame, sender },
});

/** West adds the SA, outbound unless told otherwise, and packets are seen. */
function evidenceOf(protectedPackets: readonly ProtectedPacket[], { own = sa, line = 'true' } = {}): FactEvidence {
  const record = { type: recordType.xfrmEvent, host: 0, time: 1n, sequence: 0, payload: saMessage(own) };
  const timeline = readTimeline({ hosts: ['west', 'east', 'nic'], records: [record] });
  return {
    timeline,
    commands: [{ host: 'west', line, begin: 0n }],
    end: { time: 9n, sequence: 9 },
    frames: [],
    protectedPackets,
  };
}

const inward = anSa({ direction: 'in' });
const strange = from('west', { word: 'no-sa', spi: 7 });

const cases: readonly (readonly [string, FactEvidence, readonly string[]])[] = [
  ['its sender has the SA', evidenceOf([seen]), []],
  ['its sender never had the SA', evidenceOf([from('east')]), ['unknown-sa']],
  ['its sender receives by the SA', evidenceOf([seen], { own: inward }), ['unknown-sa']],
  ['who passes it on is seen first', evidenceOf([from('nic'), from('west', { copy: true })]), []],
  ['many of one SA are one finding', evidenceOf([from('east'), from('east')]), ['unknown-sa']],
  ['nobody ever had the SA', evidenceOf([strange]), ['unknown-sa']],
  [
    'a test changes packets on their way',
    evidenceOf([strange], { line: 'tc qdisc add dev eth1 root netem corrupt 1%' }),
    [],
  ],
];

for (const [title, evidence, kinds] of cases) {
  test(`a packet of an SA: ${title}`, () => {
    assert.deepEqual(
      wireOf(evidence).issues.map(({ kind }) => kind),
      kinds,
    );
  });
}

const step = 0.000256;
const born = added(sa);
const gone = deleted(sa);

/** Whether a packet of west at a time, which is its SA's from 100 to 200 ms, is told of. */
function untimely(at: number, change: Partial<ProtectedPacket> = {}, story: Partial<Story> = {}): boolean {
  const steps: Step[] = [
    [100, 'west', born],
    [200, 'west', gone],
  ];
  return wireOf(storyOf({ steps, packets: [protectedPacket(at, change)], exact: true, ...story })).issues.length > 0;
}

test('a packet of an SA is made while its sender has it', () => {
  assert.deepEqual(
    [100 - step, 100, 150, 200, 200 + step].map((at) => untimely(at)),
    [true, false, false, false, true],
  );
  const { issues } = wireOf(
    storyOf({ steps: [[100, 'west', born]], packets: [protectedPacket(50)], commands: [[1, 'ping']], exact: true }),
  );
  assert.deepEqual(issues, [
    {
      kind: 'unknown-sa',
      word: 'major',
      host: 'west',
      file: 'links/test.pcapng',
      packet: 1,
      command: 'ping',
      message: 'the packet opens, and its sender did not have the SA when it sent it, esp 0x1234abcd',
    },
  ]);
});

test('an SPI that is only reserved makes no packet', () => {
  const reserved: Step[] = [
    [100, 'west', added(aLarvalSa())],
    [150, 'west', { event: { kind: 'sa-updated', sa } }],
  ];
  assert.deepEqual([untimely(120, {}, { steps: reserved }), untimely(150, {}, { steps: reserved })], [true, false]);
});

test('nothing is said of what is sent again, passed on, in a stream, or late by the host’s own doing', () => {
  assert.equal(untimely(300, { word: 'replayed' }), false);
  assert.equal(untimely(300, { word: 'unjudged' }), false);
  assert.equal(untimely(300, { copy: true }), false);
  assert.equal(untimely(300, { encapsulation: 'tcp' }), false);
  const delay = [[10, 'tc qdisc add dev eth0 root netem delay 100ms']] as const;
  assert.deepEqual([untimely(300, {}, { commands: delay }), untimely(300.1, {}, { commands: delay })], [false, true]);
  assert.equal(untimely(300, {}, { exact: false }), false);
  assert.equal(untimely(50, { word: 'unauthenticated' }), true);
});
