/** Rewrites received text; see the suite's adaptations. */
export interface Rewrite {
  readonly id: string;
  readonly rewrite: (text: string) => string;
  /** It takes away what tells of SAs; facts are read without it, and their rules know what older texts leave out. */
  readonly losesFacts?: boolean;
}

/** A received text beside its reference. */
export interface ComparedText {
  /** The reference. */
  readonly expected: string;
  readonly differs: boolean;
  /** The text that is nearer to the reference. */
  readonly best: string;
  /** The same with all that tells of SAs. */
  readonly telling: string;
  readonly adapted: readonly string[];
  readonly onlyAdapted: boolean;
}

/**
 * Compares texts; where they differ, the received one is rewritten as its suite's adaptations say, and looked at once more. Only
 * those adaptations apply that would leave the reference as it is.
 */
export function compareText(expected: string, received: string, rewrites: readonly Rewrite[]): ComparedText {
  if (expected === received) {
    return { expected, differs: false, best: received, telling: received, adapted: [], onlyAdapted: false };
  }
  const adapted: string[] = [];
  let [best, telling] = [received, received];
  for (const { id, rewrite, losesFacts } of rewrites) {
    // A reference that itself has what the rewrite would take away was made where that is printed.
    if (rewrite(expected) !== expected) continue;
    const next = rewrite(best);
    if (next !== best) adapted.push(id);
    best = next;
    if (!losesFacts) telling = rewrite(telling);
  }
  return { expected, differs: expected !== best, best, telling, adapted, onlyAdapted: expected === best };
}
