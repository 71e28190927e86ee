import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costPage } from '../../../tools/bench/cost-page.ts';
import { type Measurement, middle, ratioOf, readMeasurements } from '../../../tools/bench/measurement.ts';

function measurement(hash: string, median: number, more: Partial<Measurement['labs'][string]> = {}): Measurement {
  const commit = (name: string) => ({ hash: name, subject: `<b>${name}</b>`, date: '2026-01-01', changed: false });
  const ratio = { median, low: median - 0.01, high: median + 0.02 };
  const lab = { lab: ratio, command: ratio, labCpuMs: 800, commandCpuMs: 900, ...more };
  const head = { version: 1, date: '2026-01-02T00:00:00Z', rounds: 5, machine: 'a machine' } as const;
  return { ...head, commit: commit(hash), against: commit('base'), labs: { 's:a': lab } };
}

test('a ratio is that of neighbours in time, however the machine’s load changes', () => {
  assert.deepEqual(ratioOf([1, 20, 3], [2, 40, 5]), { median: 0.5, low: 0.5, high: 0.6 });
  assert.ok(Number.isNaN(ratioOf([1, 2], [1]).median));
  assert.equal(middle([4, 1, 3, 2]), 2.5);
});

test('a file is read back, but for a line that was cut off', () => {
  const all = [measurement('one', 0.5, { handOvers: 7, pageFaults: 8 }), measurement('two', 0.6)];
  const text = all.map((one) => `${JSON.stringify(one)}\n`).join('');
  assert.deepEqual(readMeasurements(`${text}{"version":1`), all);
  assert.throws(() => readMeasurements(`${JSON.stringify({ ...all[0], version: 2 })}\n`), /unknown version 2/);
});

test('a page plots each commit once with its spread, and counts where they were taken', () => {
  const page = costPage([measurement('one', 0.9), measurement('two', 0.6, { handOvers: 7 }), measurement('one', 0.5)]);
  const plots = page.split('<figure>').slice(1);
  assert.deepEqual(
    plots.map((plot) => [/<figcaption>(.*?)</.exec(plot)?.[1], plot.match(/<circle/g)?.length]),
    [
      ['CPU of the lab by that of base &#60;b&#62;base&#60;/b&#62;', 2],
      ['CPU of the command by that of base &#60;b&#62;base&#60;/b&#62;', 2],
      ['hand-overs', 1],
    ],
  );
  assert.match(
    plots[0] ?? '',
    /<title>one &#60;b&#62;one&#60;\/b&#62;: 0.500 \(0.490 to 0.520\); 5 rounds, a machine<\/title>/,
  );
  assert.doesNotMatch(page, /0\.900|<b>|<script/);
});
