import { EspalierError } from '../../../base/errors.ts';

/** Slower ones would time out whatever their deadlines are: daemons have timers of their own. */
const slowest = 20;

/** By so much frames and events of machines as fast as usual are recorded late at most, ns: a turn of this machine's scheduler, and one of each thread between. */
const usualLateness = 100_000_000n;

/** By how much of the lab's time, which goes `slower`, frames and events of machines are recorded late at most, ns. */
export function latenessOf(slowness: number, slower: number): bigint {
  return BigInt(Math.round((Number(usualLateness) * slowness) / slower));
}

/**
 * How many times slower than usual a machine of a lab is, by the time that it took to boot: deadlines are so much longer. Never
 * faster than usual, since a deadline is no wait.
 */
export function slownessOf(bootNs: bigint, usualBoot: bigint): number {
  const times = Number((bootNs * 100n) / usualBoot) / 100;
  return Math.max(1, times);
}

/**
 * Raises `infrastructure` where machines are so slow that what fails in them says nothing of what is tested. `when` is a part of the sentence:
 * `came up`, `went on`.
 */
export function requireFast(slowness: number, when: string): void {
  if (slowness <= slowest) return;
  const message = `its machines ${when} ${Math.round(slowness)} times slower than usual: in real time daemons would give up before their peers have computed`;
  throw new EspalierError('infrastructure', message, { remedy: 'run it with -j 1, and with nothing else beside it' });
}
