/** What the chooser knows of a piece of work. */
export interface Candidate {
  /** Expected wall milliseconds. */
  readonly estimateMs: number;
  /** Memory it will take, MiB. */
  readonly memory: number;
}

/** What may run at once. */
export interface Capacity {
  readonly slots: number;
  /** Memory for labs, MiB. */
  readonly memory: number;
  /** Ended labs that may wait for their judge before new labs wait for them. */
  readonly backlog: number;
}

/** What runs at the moment. */
export interface Load {
  readonly running: readonly Candidate[];
  /** Labs that ended and are not judged yet. */
  readonly unjudged: number;
}

/**
 * Picks the next piece of work: the longest that fits, so that no long one is left for the end.
 * Returns its index, or `undefined` to wait. A machine that runs nothing takes the longest
 * whatever its size, since waiting would never end.
 */
export function choose(waiting: readonly Candidate[], load: Load, capacity: Capacity): number | undefined {
  const { running, unjudged } = load;
  const idle = running.length === 0;
  if (running.length >= capacity.slots || unjudged >= capacity.backlog) return undefined;
  const free = capacity.memory - running.reduce((sum, { memory }) => sum + memory, 0);
  let best: number | undefined;
  for (const [index, { estimateMs, memory }] of waiting.entries()) {
    if (memory > free && !idle) continue;
    if (best === undefined || estimateMs > (waiting[best]?.estimateMs ?? 0)) best = index;
  }
  return best;
}
