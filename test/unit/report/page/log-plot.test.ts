import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decades, logPlot, type PlotSeries } from '../../../../src/report/page/log-plot.ts';

const series = (points: readonly (readonly [x: number, y: number])[], rest: Partial<PlotSeries> = {}): PlotSeries => ({
  ...{ name: 'a<b', colour: 0, dashed: false },
  points: points.map(([x, y]) => ({ x, y, low: y / 2, high: y * 2 })),
  ...rest,
});

const plot = (...all: readonly PlotSeries[]): string =>
  logPlot({ title: 'add & get', x: 'entries', y: 'µs', series: all });

test('an axis ends at whole decades, and has one at least', () => {
  assert.deepEqual(decades([1, 100]), { from: 0, to: 2 });
  assert.deepEqual(decades([0.05, 3]), { from: -2, to: 1 });
  assert.deepEqual(decades([10]), { from: 1, to: 2 });
});

test('each point has a place by its logarithm, and a bar', () => {
  const svg = plot(
    series([
      [1, 2],
      [10, 2],
      [100, 2],
    ]),
  );
  const places = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  assert.equal(places.length, 3);
  const [first, second, third] = places;
  assert.ok(first && second && third);
  assert.ok(Math.abs(second[0] - first[0] - (third[0] - second[0])) < 0.2, 'decades are equally wide');
  assert.deepEqual(new Set(places.map(([, y]) => y)).size, 1, 'equal costs are equally high');
  const bars = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)V([\d.]+)"\/>/g)];
  assert.equal(bars.length, 3);
  for (const [, , low, high] of bars) assert.ok(Number(low) > Number(high), 'upwards is more');
});

test('a second kernel is dashed, and a curve that was ended has a cross', () => {
  assert.ok(
    !plot(
      series([
        [1, 2],
        [10, 2],
      ]),
    ).includes('dasharray'),
  );
  assert.ok(
    plot(
      series(
        [
          [1, 2],
          [10, 2],
        ],
        { dashed: true },
      ),
    ).includes('stroke-dasharray="5 4"'),
  );
  const ended = plot(
    series(
      [
        [1, 2],
        [10, 2],
      ],
      { ended: 100 },
    ),
  );
  assert.match(ended, /M[\d.]+ [\d.]+L[\d.]+ [\d.]+M[\d.]+ [\d.]+L/);
  assert.match(ended, /ended at 100\b/);
});

test('names are escaped, and nothing is drawn of nothing', () => {
  const svg = plot(series([[1, 2]]));
  assert.ok(svg.includes('add &amp; get') && svg.includes('a&lt;b') && !svg.includes('a<b'));
  assert.equal(plot(series([[1, 0]])), '');
});

test('no number of a plot is none', () => {
  const svg = plot(
    series([
      [1, 0.001],
      [100_000, 70_000],
    ]),
    series([[10, 5]], { colour: 12, ended: 10 }),
  );
  assert.ok(!/NaN|Infinity|undefined/.test(svg), svg);
});
