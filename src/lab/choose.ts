/** What the chooser knows of a piece of work. */
export interface Candidate {
  /** Expected wall milliseconds. */
  readonly estimateMs: number;
  /** What has a lower one comes first, whatever it takes; 0 where it is left out. */
  readonly rank?: number;
}

/** What may go on at once. */
export interface Capacity {
  /** Attempts that are being made. */
  readonly slots: number;
  /** Attempts that may wait for their judge before new ones wait for them. */
  readonly backlog: number;
}

/** What goes on at the moment. */
export interface Load {
  readonly running: number;
  /** Attempts that were made and are not judged yet. */
  readonly unjudged: number;
}

/**
 * Picks the next piece of work: of the lowest rank, the longest, so that no long one is left for the end. Returns its index, or `undefined` to
 * wait.
 */
export function choose(waiting: readonly Candidate[], load: Load, capacity: Capacity): number | undefined {
  if (load.running >= capacity.slots || load.unjudged >= capacity.backlog) return undefined;
  let best: number | undefined;
  for (const [index, candidate] of waiting.entries()) {
    const other = best === undefined ? undefined : waiting[best];
    if (other === undefined || comesBefore(candidate, other)) best = index;
  }
  return best;
}

function comesBefore(one: Candidate, other: Candidate): boolean {
  const byRank = (one.rank ?? 0) - (other.rank ?? 0);
  return byRank < 0 || (byRank === 0 && one.estimateMs > other.estimateMs);
}
