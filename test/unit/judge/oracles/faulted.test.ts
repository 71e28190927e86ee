/** What fault rules did to packets, as the oracles take it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FaultedPackets, ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { countedBySas } from '../../../../src/judge/books/sa-books.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, ms, protectedPacket, wireOf } from './evidence.ts';

const out = anSa({ direction: 'out' });
const key = `esp ${out.spi}`;
const taken = (packets: bigint): IpsecSa => {
  const sa = anSa({ direction: 'in' });
  return { ...sa, use: { ...sa.use, packets } };
};
const nothing: FaultedPackets = { surplus: new Map(), copies: [], declared: new Set() };

/** Evidence of an SA whose receiver has taken so many packets at 300 ms. */
const evidence = (packets: bigint, sent: readonly ProtectedPacket[], faulted: Partial<FaultedPackets>) => ({
  ...evidenceOf({
    steps: [
      [1, 'west', added(out)],
      [1, 'east', added(taken(0n))],
      [300, 'west', 'command'],
      [300, 'west', { sas: [out] }],
      [300, 'east', { sas: [taken(packets)] }],
    ],
    packets: sent,
  }),
  faulted: { ...nothing, ...faulted },
});

const two = [protectedPacket(100), protectedPacket(101)];

test('a receiver takes what reached it: copies of a rule as well, and nothing of what was lost', () => {
  assert.deepEqual(countedBySas(evidence(3n, two, { surplus: new Map([[key, 1]]) })), []);
  assert.equal(countedBySas(evidence(3n, two, {})).length, 1);
  assert.equal(countedBySas(evidence(2n, two, { surplus: new Map([[key, -1]]) })).length, 1);
  assert.deepEqual(countedBySas(evidence(1n, two, { surplus: new Map([[key, -1]]) })), []);
});

test('a copy that a receiver takes is an accepted replay, by whomever it was sent', () => {
  const replays = (packets: bigint, ...at: readonly number[]) =>
    wireOf(
      evidence(packets, two, { surplus: new Map([[key, 1]]), copies: at.map((time) => ({ key, time: ms(time) })) }),
    ).issues.filter(({ kind }) => kind === 'replay-accepted');
  assert.deepEqual(
    replays(3n, 200).map(({ host }) => host),
    ['east'],
  );
  assert.deepEqual(replays(2n, 200), []);
  assert.deepEqual(replays(3n, 301), []);
  assert.equal(replays(3n, 301, 300).length, 1, 'one of them came in time');
});

test('what a rule changed is nobody’s mistake, and leaks nothing', () => {
  for (const reason of ['integrity', 'cleartext']) {
    const spoiled = protectedPacket(100, { word: 'refused', reason });
    const of = (packet: ProtectedPacket) => wireOf(evidence(0n, [packet], {}));
    assert.ok(of(spoiled).issues.length > 0);
    const { issues, leaks, packets } = of({ ...spoiled, declared: true });
    assert.deepEqual([issues, leaks, packets.refused], [[], [], 0]);
  }
});
