import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, protectedPacket, type Step, type Story, wireOf } from './evidence.ts';

const out = anSa({ direction: 'out' });
const issuesOf = (story: Story) => wireOf(evidenceOf(story)).issues;
const receiver = (host: 'east' | 'nic', packets: bigint, change: Partial<IpsecSa> = {}): IpsecSa =>
  anSa({
    direction: 'in',
    use: { bytes: 0n, packets, addTime: 1n, useTime: 1n },
    ...change,
    ...(host === 'nic' && { reqid: 3 }),
  });
const words = (...list: readonly ProtectedPacket['word'][]): ProtectedPacket[] =>
  list.map((word, index) => protectedPacket(100 + index, { word }));
/** What is said of SAs of east, of which a dump at 300 ms shows what they have taken. */
const replays = (sas: readonly IpsecSa[], packets: readonly ProtectedPacket[]) =>
  issuesOf({
    steps: [
      [1, 'west', added(out)],
      ...sas.map((sa): Step => [1, 'east', added({ ...sa, use: { ...sa.use, packets: 0n } })]),
      [300, 'west', 'command'],
      [300, 'west', { sas: [out] }],
      [300, 'east', { sas }],
    ],
    packets,
  }).filter(({ kind }) => kind === 'replay-accepted');

test('packets of other SAs, of another protocol, and frames seen again, have no sequence number of their own', () => {
  const two = words('verified', 'replayed');
  assert.equal(replays([receiver('east', 2n)], two).length, 1);
  assert.equal(replays([receiver('east', 2n)], [...two, protectedPacket(200, { spi: 7, word: 'unjudged' })]).length, 1);
  assert.equal(
    replays([receiver('east', 2n)], [...two, protectedPacket(200, { protocol: 'ah', word: 'unjudged' })]).length,
    1,
  );
  assert.equal(replays([receiver('east', 2n)], [...two, protectedPacket(200, { copy: true })]).length, 1);
  assert.equal(replays([receiver('east', 2n)], [...two, protectedPacket(200)]).length, 0);
});

test('what a boundary counted is held against what was sent until then, and a replay is told once', () => {
  const counts: Step[] = [
    [1, 'west', added(out)],
    [1, 'east', added(receiver('east', 0n))],
    ...[150, 250].flatMap((at, index): Step[] => [
      [at, 'west', 'command'],
      [at, 'west', { sas: [out] }],
      [at, 'east', { sas: [receiver('east', index === 0 ? 2n : 3n)] }],
    ]),
  ];
  const [first, again] = words('verified', 'replayed');
  const told = (...packets: readonly (ProtectedPacket | undefined)[]) =>
    issuesOf({ steps: counts, packets: packets.filter((one) => one !== undefined) }).map(
      ({ message }) => /taken .*$/.exec(message)?.[0],
    );
  const lost = [200, 201].map((at) => protectedPacket(at));
  assert.deepEqual(told(first, again, ...lost), [
    'taken 2 packets, and only 1 were sent with a sequence number of their own',
  ]);
  assert.deepEqual(told(first, protectedPacket(102), protectedPacket(151, { word: 'replayed' }), ...lost), []);
});

test('a replay of AH is none of the ESP SA with the same SPI', () => {
  const packets = [protectedPacket(100), protectedPacket(101, { protocol: 'ah', word: 'replayed' })];
  assert.deepEqual(replays([receiver('east', 2n)], packets), []);
});

test('an accepted replay is told with the packet that was the first one again, and the last count of its SA', () => {
  const sa = receiver('east', 4n);
  const packets = words('verified', 'verified', 'replayed', 'replayed').map((packet, index) => ({
    ...packet,
    frame: { ...packet.frame, number: index + 1 },
  }));
  assert.deepEqual(
    replays([sa], packets).map(({ host, file, packet, message }) => [
      host,
      file,
      packet,
      /taken \d/.exec(message)?.[0],
    ]),
    [['east', 'links/test.pcapng', 3, 'taken 4']],
  );
});
