import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ValueMatchers } from '../../../../../src/suites/scenarios/api/expect.ts';
import { makeValueMatchers } from '../../../../../src/suites/scenarios/drive/value-matchers.ts';
import { fakeLab } from './fake-lab.ts';

type Asked = (it: ValueMatchers<never>) => Promise<void>;
const atLeast =
  (least: number | bigint): Asked =>
  (it) =>
    it.toBeAtLeast(least as never);
const atMost =
  (most: number | bigint): Asked =>
  (it) =>
    it.toBeAtMost(most as never);

const large = 2n ** 53n;
const cases: readonly (readonly [value: unknown, asked: Asked, 'holds' | 'not' | 'neither'])[] = [
  [3, atLeast(3), 'holds'],
  [2, atLeast(3), 'not'],
  [3, atMost(3), 'holds'],
  [4, atMost(3), 'not'],
  [large, atLeast(large + 1n), 'not'],
  [large + 1n, atMost(Number(large)), 'not'],
  [large, atMost(Number(large)), 'holds'],
  [Number.POSITIVE_INFINITY, atLeast(large), 'holds'],
  ...[null, undefined, '', '3', [], [5], true, Number.NaN].flatMap((value) => [
    [value, atMost(3), 'neither'] as const,
    [value, atLeast(0), 'neither'] as const,
  ]),
  ['text', (it) => it.toMatch('ex'), 'holds'],
  [17, (it) => it.toMatch(/^1/), 'holds'],
  [undefined, (it) => it.toMatch('undefined'), 'neither'],
  [null, (it) => it.toMatch('x'), 'neither'],
  [[1, 2], (it) => it.toContain(2 as never), 'holds'],
  [[1, 2], (it) => it.toContain(3 as never), 'not'],
  ['12', (it) => it.toContain('1' as never), 'neither'],
];

test('a value that a condition does not fit is no case of its opposite', async () => {
  for (const [value, asked, expected] of cases) {
    const { stepper, book, checks } = fakeLab();
    const it = makeValueMatchers<never>(
      { stepper, book },
      { value: value as never, options: { what: 'it', soft: true } },
    );
    await asked(it);
    await asked(it.not);
    const held = checks.map(({ passed }) => passed);
    const wanted = { holds: [true, false], not: [false, true], neither: [false, false] }[expected];
    assert.deepEqual(held, wanted, `${String(value)} ${checks[0]?.expected}`);
  }
});

test('a value is not waited for, and who wants that is told so', () => {
  const { stepper, book } = fakeLab();
  for (const wait of [{ within: '1s' }, { throughout: '1s' }] as const) {
    const options = { what: 'it', soft: true, ...wait } as const;
    assert.throws(
      () => makeValueMatchers({ stepper, book }, { value: 3, options }).toBe(3),
      /does not change while one waits/,
    );
    assert.doesNotThrow(() => makeValueMatchers({ stepper, book }, { value: () => 3, options }).toBe(3));
  }
});
