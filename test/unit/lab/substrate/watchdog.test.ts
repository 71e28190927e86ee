import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Look, Watchdog } from '../../../../src/lab/substrate/watchdog.ts';

const limits = { spinCpuMs: 1000, creepCpuMs: 10_000, asleepLooks: 3 };
const calm: Look = { size: 100, clock: 1n, cpuMs: 50, waiting: false, asleep: () => false };

/** Index of the look that ends the lab, and its word. */
function ending(looks: readonly Partial<Look>[]): { readonly at: number; readonly word: string } | undefined {
  const watchdog = new Watchdog(limits);
  for (const [at, look] of looks.entries()) {
    const end = watchdog.look({ ...calm, ...look });
    if (end !== undefined) return { at, word: end.word };
  }
  return undefined;
}

const many = (count: number, look: (index: number) => Partial<Look>) =>
  Array.from({ length: count }, (_, i) => look(i));
const asleep = (): boolean => true;

test('a lab that gets no CPU is waited for, however long', () => {
  assert.equal(ending(many(100_000, () => ({}))), undefined);
});

test('a lab hangs when all its processes sleep through so many looks', () => {
  assert.deepEqual(ending(many(9, () => ({ asleep }))), { at: 3, word: 'lab-died' });
});

const wakes: Readonly<Record<string, Partial<Look>>> = {
  'a process that is not asleep': {},
  'CPU used meanwhile': { asleep, cpuMs: 60 },
  'a record': { asleep, size: 101 },
  'the clock': { asleep, clock: 2n },
};

for (const [what, wake] of Object.entries(wakes)) {
  test(`the looks are counted anew after ${what}`, () => {
    const { asleep: _, ...kept } = wake;
    const after = many(9, () => ({ ...kept, asleep }));
    assert.deepEqual(ending([{}, { asleep }, { asleep }, wake, ...after]), { at: 6, word: 'lab-died' });
  });
}

test('a lab that waits for orders sleeps and costs what it likes', () => {
  assert.equal(ending(many(9, (index) => ({ asleep, cpuMs: 5000 * index, waiting: true }))), undefined);
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
