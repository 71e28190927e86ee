/** How the time stamps of an interface become nanoseconds: units * multiplier / divisor + offset. */
export interface TimeUnits {
  readonly multiplier: bigint;
  readonly divisor: bigint;
  /** Nanoseconds. */
  readonly offset: bigint;
}

const nanosecond = 9;

/**
 * `resolution` is the option if_tsresol: a power of 10, or of 2 with the top bit set; microseconds where there is none.
 * `offsetSeconds` is if_tsoffset.
 */
export function timeUnits(resolution: number | undefined, offsetSeconds: bigint | undefined): TimeUnits {
  const offset = (offsetSeconds ?? 0n) * 1_000_000_000n;
  const exponent = (resolution ?? 6) & 0x7f;
  if (((resolution ?? 0) & 0x80) !== 0) return { multiplier: 1_000_000_000n, divisor: 1n << BigInt(exponent), offset };
  if (exponent <= nanosecond) return { multiplier: 10n ** BigInt(nanosecond - exponent), divisor: 1n, offset };
  return { multiplier: 1n, divisor: 10n ** BigInt(exponent - nanosecond), offset };
}

/** Virtual nanoseconds of a time stamp that a packet block holds in two halves. */
export function nanoseconds(units: TimeUnits, high: number, low: number): bigint {
  const stamp = (BigInt(high) << 32n) | BigInt(low);
  // Nearly every file is written in nanoseconds; big divisions are slow.
  const scaled = units.multiplier === 1n ? stamp : stamp * units.multiplier;
  return (units.divisor === 1n ? scaled : scaled / units.divisor) + units.offset;
}
