import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Duration, nanoseconds } from '../../../../../src/suites/scenarios/api/duration.ts';

const spans: readonly (readonly [Duration, bigint])[] = [
  ['0s', 0n],
  [2, 2_000_000_000n],
  [0.25, 250_000_000n],
  ['50ms', 50_000_000n],
  ['1.5h', 5_400_000_000_000n],
  ['3min', 180_000_000_000n],
  ['30d', 2_592_000_000_000_000n],
  ['7us', 7_000n],
  ['7ns', 7n],
];

test('durations are nanoseconds', () => {
  assert.deepEqual(
    spans.map(([span]) => nanoseconds(span)),
    spans.map(([, ns]) => ns),
  );
});

test('what is no duration is refused, and the units are named', () => {
  for (const span of [
    '',
    '5',
    '5 s',
    '-1s',
    '1m',
    '1h30min',
    'soon',
    '1e9d',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ]) {
    assert.throws(() => nanoseconds(span as Duration), /is no duration/, String(span));
  }
});

test('whole numbers of every unit are exact', () => {
  const sizes = {
    ns: 1n,
    us: 1000n,
    ms: 1_000_000n,
    s: 1_000_000_000n,
    min: 60_000_000_000n,
    h: 3_600_000_000_000n,
  } as const;
  const unit = fc.constantFrom(...(Object.keys(sizes) as (keyof typeof sizes)[]));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100_000 }),
      unit,
      (count, name) => nanoseconds(`${count}${name}`) === BigInt(count) * sizes[name],
    ),
  );
});
