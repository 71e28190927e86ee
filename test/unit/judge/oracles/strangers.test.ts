import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactEvidence, ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { saMessage } from '../../evidence/xfrm-build.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { wireOf } from './evidence.ts';

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
  return { timeline, commands: [{ host: 'west', line, begin: 0n }], postMortem: 9, frames: [], protectedPackets };
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
