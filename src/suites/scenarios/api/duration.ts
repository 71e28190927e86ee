import { EspalierError } from '../../../base/errors.ts';

/** A span of the lab's time: `50ms`, `1.5h`, `30d`; a number counts seconds. */
export type Duration = number | `${number}${keyof typeof units}`;

/** A span forward, or back: `-1h`. */
export type Jump = Duration | `-${Duration}`;

/** Nanoseconds of each unit. */
const units = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
  d: 86_400e9,
} as const;

/** Longer spans are mistakes: the lab's clock ends in 2262. */
const longest = 100 * 366 * units.d;

/** Virtual nanoseconds of a span; not negative. Raises `scenario` for anything else. */
export function nanoseconds(span: Duration): bigint {
  const [, digits = '', unit = ''] =
    /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(typeof span === 'number' ? `${span}s` : span) ?? [];
  const size = Object.hasOwn(units, unit) ? units[unit as keyof typeof units] : Number.NaN;
  const total = Number(digits) * size;
  if (digits !== '' && total <= longest) return BigInt(Math.round(total));
  const remedy = `write a number and a unit: ${Object.keys(units).join(', ')}`;
  throw new EspalierError('scenario', `${JSON.stringify(span)} is no duration`, { remedy });
}
