/** A machine on a processor of its own boots in about this time, ns. */
const usualBoot = 1_500_000_000n;
const slowest = 20;

/**
 * How many times slower than usual the machines of a lab are, by the time that they took to boot: deadlines are so much longer. Never
 * faster than usual, since a deadline is no wait.
 */
export function slownessOf(bootNs: bigint): number {
  const times = Number((bootNs * 100n) / usualBoot) / 100;
  return Math.min(slowest, Math.max(1, times));
}
