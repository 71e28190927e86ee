/** Rewrites received text; see the suite's adaptations. */
export interface Rewrite {
  readonly id: string;
  readonly rewrite: (text: string) => string;
}

/** A received text beside its reference. */
export interface ComparedText {
  readonly differs: boolean;
  /** The text that is nearer to the reference. */
  readonly best: string;
  readonly adapted: readonly string[];
  readonly onlyAdapted: boolean;
}

/** Compares texts; where they differ, the received one is rewritten as its suite's adaptations say, and looked at once more. */
export function compareText(expected: string, received: string, rewrites: readonly Rewrite[]): ComparedText {
  if (expected === received) return { differs: false, best: received, adapted: [], onlyAdapted: false };
  const adapted: string[] = [];
  let best = received;
  for (const { id, rewrite } of rewrites) {
    const next = rewrite(best);
    if (next !== best) adapted.push(id);
    best = next;
  }
  return { differs: expected !== best, best, adapted, onlyAdapted: expected === best };
}
