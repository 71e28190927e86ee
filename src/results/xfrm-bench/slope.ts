import type { BenchCurve, BenchPoint } from '../../model/xfrm-bench.ts';

/** Below so many entries what does not depend on their number hides what does; the first one that leaves two counts is taken. */
const fewest = [1000, 100] as const;

/** Slopes beyond which a curve is flagged; the last one stands on two points only, so more is asked of it. */
const limits = {
  entry: { flag: 'superlinear', all: 1.1, last: 1.3 },
  packet: { flag: 'grows', all: 0.1, last: 0.3 },
} as const;

type XY = readonly [x: number, y: number];

/** Least-squares slope of ln y over ln x; `undefined` with fewer than two different x. */
export function logLogSlope(points: readonly XY[]): number | undefined {
  const logs = points.filter(([x, y]) => x > 0 && y > 0).map(([x, y]): XY => [Math.log(x), Math.log(y)]);
  const mean = (at: 0 | 1): number => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (logs.length < 2 || spread === 0) return undefined;
  return logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

type Cost = (us: number, point: BenchPoint) => XY;

/** True where the slope is beyond a limit, and would be if the first count had cost the most that was seen of it and the last one the least. */
function isBeyond(points: readonly BenchPoint[], cost: Cost, limit: number): boolean {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return false;
  const usual = logLogSlope(points.map((point) => cost(point.medianUs, point))) ?? 0;
  const least = logLogSlope([cost(first.highestUs, first), cost(last.lowestUs, last)]) ?? 0;
  return usual > limit && least > limit;
}

/** Slopes of a curve and its flag; none of either where too few counts were measured. */
export function slopeOf(per: BenchCurve['per'], points: readonly BenchPoint[]): Pick<BenchCurve, 'slope' | 'flag'> {
  const cost: Cost = (us, { count }) => [count, per === 'entry' ? us * count : us];
  const large =
    fewest.map((least) => points.filter(({ count }) => count >= least)).find((some) => some.length > 1) ?? [];
  const lastTwo = large.slice(-2);
  const of = (some: readonly BenchPoint[]) => logLogSlope(some.map((point) => cost(point.medianUs, point)));
  const [all, last] = [of(large), of(lastTwo)];
  if (all === undefined || last === undefined) return {};
  const { flag, ...limit } = limits[per];
  const isFlagged = isBeyond(large, cost, limit.all) || isBeyond(lastTwo, cost, limit.last);
  return { slope: { all, last }, ...(isFlagged && { flag }) };
}
