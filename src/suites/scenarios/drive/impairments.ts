/** What a link does to packets. */
export interface Impairments {
  /** Share of packets, 0 to 1. */
  readonly loss?: number;
  /** Virtual nanoseconds. */
  readonly delay?: bigint;
  readonly jitter?: bigint;
  readonly duplicate?: number;
  /** Share of packets that are sent before those that wait. */
  readonly reorder?: number;
  /** Bits a second. */
  readonly rate?: number;
  readonly cut?: boolean;
}

/** What packets wait that others overtake, where no delay says otherwise. */
const overtaken = 10_000_000n;

/** Packets that may wait for their delay; netem's own 1000 would lose those of a burst. */
const queue = 100_000;

/**
 * The command that gives an interface's queueing discipline these impairments (tc-netem(8)). A cut is a loss of everything:
 * the interface stays up, as it does where a cable is cut behind the next switch.
 */
export function netemCommand(
  nic: string,
  { loss = 0, delay: asked = 0n, jitter = 0n, duplicate = 0, reorder = 0, rate = 0, cut }: Impairments,
): string {
  const parts: string[] = [];
  const delay = reorder > 0 && asked === 0n ? overtaken : asked;
  if (delay > 0n) parts.push(`delay ${microseconds(delay)}${jitter > 0n ? ` ${microseconds(jitter)}` : ''}`);
  if (reorder > 0) parts.push(`reorder ${percent(reorder)}`);
  if (cut || loss > 0) parts.push(`loss ${cut ? '100%' : percent(loss)}`);
  if (duplicate > 0) parts.push(`duplicate ${percent(duplicate)}`);
  if (rate > 0) parts.push(`rate ${rate}bit`);
  if (parts.length === 0) return `tc qdisc replace dev ${nic} root noqueue`;
  return `tc qdisc replace dev ${nic} root netem limit ${queue} ${parts.join(' ')}`;
}

function microseconds(ns: bigint): string {
  return `${Number(ns) / 1000}us`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}
