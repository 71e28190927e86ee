import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { remaining, startProgress } from '../../../src/base/progress.ts';

test('the estimate is never negative, is missing only where nothing is known, and ends at zero', () => {
  fc.assert(
    fc.property(fc.nat(1e7), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1e7), (elapsed, fraction, expected) => {
      const left = remaining(elapsed, fraction, expected);
      assert.equal(left === undefined, fraction <= 0.02 && elapsed >= expected);
      assert.ok(left === undefined || left >= 0);
      assert.equal(remaining(elapsed, 1, expected), 0);
    }),
  );
});

test('work that takes longer than expected is estimated by its pace, and says so', () => {
  assert.equal(remaining(120_000, 0.5, 60_000), 120_000);
  let now = 0;
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const progress = startProgress('building', { terminal: false, now: () => now, say, expectedMs: 30_000 });
  for (now = 0; now <= 80_000; now += 10_000) progress.update(now / 100_000);
  now = 100_000;
  progress.update(1, 'linking');
  progress.end();
  assert.deepEqual(lines, [
    'building, 10 %, about 27 s left',
    'building, 30 %, about 1 min 10 s left',
    'building, 50 %, 50 s so far, longer than the usual 30 s, about 50 s left',
    'building, 70 %, 1 min 10 s so far, longer than the usual 30 s, about 30 s left',
    'building (linking), 1 min 40 s so far, longer than the usual 30 s, almost done',
  ]);
});

test('work of whose end nothing is known any more is told ever more rarely', () => {
  let now = 0;
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const progress = startProgress('making', { terminal: false, now: () => now, say, expectedMs: 30_000 });
  for (now = 0; now <= 600_000; now += 1000) progress.update(0);
  progress.end();
  assert.deepEqual(lines, [
    'making, about 29 s left',
    'making, about 9 s left',
    'making, 41 s so far, longer than the usual 30 s',
    'making, 1 min 21 s so far, longer than the usual 30 s',
    'making, 2 min 41 s so far, longer than the usual 30 s',
    'making, 5 min 21 s so far, longer than the usual 30 s',
  ]);
});

test('what work waits for does not count as its own time', () => {
  let now = 0;
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const progress = startProgress('making', { terminal: false, now: () => now, say, expectedMs: 30_000 });
  now = 5000;
  progress.update(0, 'fetching');
  for (; now <= 200_000; now += 1000) progress.wait('waiting for the kernel');
  progress.update(0, 'unpacking');
  assert.equal(progress.elapsedMs(), 0);
  now += 20_000;
  progress.update(0.5);
  assert.equal(progress.elapsedMs(), 20_000);
  now += 10_000;
  progress.end('made');
  assert.deepEqual(lines, [
    'making (fetching), about 25 s left',
    'making (waiting for the kernel)',
    'making (waiting for the kernel)',
    'making (waiting for the kernel)',
    'making (unpacking), 50 %, about 15 s left',
    'made (30 s)',
  ]);
});

test('without a terminal, quick work is silent and long work prints sparse plain lines', () => {
  let now = 0;
  const lines: string[] = [];
  const start = () => startProgress('building', { terminal: false, now: () => now, say: (line) => lines.push(line) });
  start().end('built');
  assert.deepEqual(lines, []);

  const progress = start();
  for (now = 0; now <= 60_000; now += 500) progress.update(now / 100_000, `object ${now / 500}`);
  progress.end('built');
  assert.deepEqual(lines, [
    'building (object 2), 1 %',
    'building (object 42), 21 %, about 1 min 19 s left',
    'building (object 82), 41 %, about 59 s left',
    'built (1 min 01 s)',
  ]);
});
