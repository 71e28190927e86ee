import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Activity } from '../../../../src/lab/substrate/substrate.ts';
import { type Look, limitsWith, Watchdog } from '../../../../src/lab/substrate/watchdog.ts';

const limits = { spinCpuMs: 1000, creepCpuMs: 10_000, asleepLooks: 3, stuckLooks: 8, allLooks: 200_000 };
const calm: Look = { size: 100, clock: 1n, cpuMs: 50, waiting: false, activity: () => 'runs' };

/** Index of the look that ends the lab, and its word. */
function ending(
  looks: readonly Partial<Look>[],
  watchdog = new Watchdog(limits),
): { readonly at: number; readonly word: string } | undefined {
  for (const [at, look] of looks.entries()) {
    const end = watchdog.look({ ...calm, ...look });
    if (end !== undefined) return { at, word: end.word };
  }
  return undefined;
}

const many = (count: number, look: (index: number) => Partial<Look>) =>
  Array.from({ length: count }, (_, i) => look(i));
const activity = (): Activity => 'asleep';

test('a lab that gets no CPU is waited for, however long', () => {
  assert.equal(ending(many(100_000, () => ({}))), undefined);
});

test('a plan may allow more CPU without progress, and never less', () => {
  const spinning = many(40, (index) => ({ cpuMs: 100 * index }));
  const endOf = (allowed: number | undefined) => ending(spinning, new Watchdog(limitsWith(allowed, limits)));
  assert.deepEqual([undefined, 500, 3000, 9000].map(endOf), [
    { at: 11, word: 'livelock' },
    { at: 11, word: 'livelock' },
    { at: 31, word: 'livelock' },
    undefined,
  ]);
});

test('a lab hangs when all its processes sleep through so many looks', () => {
  assert.deepEqual(ending(many(9, () => ({ activity }))), { at: 3, word: 'lab-died' });
});

const wakes: Readonly<Record<string, Partial<Look>>> = {
  'a process that is not asleep': {},
  'CPU used meanwhile': { activity, cpuMs: 60 },
  'a record': { activity, size: 101 },
  'the clock': { activity, clock: 2n },
};

for (const [what, wake] of Object.entries(wakes)) {
  test(`the looks are counted anew after ${what}`, () => {
    const { activity: _, ...kept } = wake;
    const after = many(9, () => ({ ...kept, activity }));
    assert.deepEqual(ending([{}, { activity }, { activity }, wake, ...after]), { at: 6, word: 'lab-died' });
  });
}

test('a lab that is held up is waited for longer', () => {
  const heldUp = many(20, () => ({ activity: (): Activity => 'held up' }));
  assert.deepEqual(ending([{}, ...heldUp]), { at: 8, word: 'lab-died' });
});

test('a lab that wakes now and then without getting anywhere is stuck', () => {
  const dribbling = many(
    99,
    (index) => ({ activity: index % 2 === 0 ? activity : () => 'runs', cpuMs: 50 + index }) as const,
  );
  assert.deepEqual(ending(dribbling), { at: 16, word: 'lab-died' });
  assert.equal(ending(dribbling.map((look, index) => ({ ...look, clock: BigInt(index >> 2) }))), undefined);
});

test('no lab goes on for ever, whatever progress it shows', () => {
  const forged = many(200_001, (index) => ({ size: index, clock: BigInt(index) }));
  assert.deepEqual(ending(forged), { at: 199_999, word: 'lab-died' });
  assert.equal(ending(forged.map((look) => ({ ...look, waiting: true }))), undefined);
});

test('a lab that waits for orders sleeps and costs what it likes', () => {
  assert.equal(ending(many(9, (index) => ({ activity, cpuMs: 5000 * index, waiting: true }))), undefined);
  const sent = [{ waiting: true, cpuMs: 5000 }, { cpuMs: 6000 }, { cpuMs: 6001 }];
  assert.deepEqual(ending(sent), { at: 2, word: 'livelock' });
});

test('a lab spins that uses CPU while neither records nor clock move', () => {
  const spinning = many(99, (index) => ({ cpuMs: 50 + 100 * index }));
  assert.deepEqual(ending(spinning), { at: 11, word: 'livelock' });
  assert.equal(ending(spinning.map((look, index) => ({ ...look, size: index }))), undefined);
});

test('a clock that creeps is progress, up to a far larger bound', () => {
  const creeping = many(200, (index) => ({ cpuMs: 50 + 100 * index, clock: BigInt(index) }));
  assert.deepEqual(ending(creeping), { at: 101, word: 'livelock' });
  assert.equal(ending(creeping.map((look, index) => ({ ...look, size: index }))), undefined);
});
