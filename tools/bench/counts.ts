/** What is counted of a lab, and repeats with its seed on one kernel and image: to within 1 % or exactly. */
export interface LabCounts {
  /** As in `attempt.json`. */
  readonly handOvers: number;
  readonly pageFaults: number;
}

/** Counts of reference labs by `suite:name`. */
export interface ReferenceCounts {
  /** Host kernel on which they were taken, `6.18`: it decides how many pages one page fault brings. */
  readonly host: string;
  readonly labs: Readonly<Record<string, LabCounts>>;
}

/** A count may grow by so many percent before it is a regression. */
const mostGrowth = 5;

/** How counts differ from the reference. */
export interface CountChanges {
  /** Grown by more than 5 %, or not there, one line each. */
  readonly worse: readonly string[];
  /** Fallen by as much: the reference should be taken again, or it hides as large a regression. */
  readonly better: readonly string[];
  /** Not compared, with the reason. */
  readonly left: readonly string[];
}

/** Compares counts; page faults only on the host kernel of the reference. A lab that only one side has is a regression. */
export function compareCounts(reference: ReferenceCounts, now: ReferenceCounts): CountChanges {
  const [worse, better, left]: [string[], string[], string[]] = [[], [], []];
  const sameHost = reference.host === now.host;
  if (!sameHost) left.push(`page faults: counted on Linux ${reference.host}, and this is ${now.host}`);
  const lines = { handOvers: 'hand-overs', ...(sameHost && { pageFaults: 'page faults' }) };
  for (const lab of new Set([...Object.keys(reference.labs), ...Object.keys(now.labs)])) {
    const [before, after] = [reference.labs[lab], now.labs[lab]];
    if (before === undefined || after === undefined) {
      worse.push(`${lab}: ${before === undefined ? 'the reference has no counts' : 'was not counted'}`);
      continue;
    }
    for (const [key, what] of Object.entries(lines) as [keyof LabCounts, string][]) {
      const percent = 100 * (after[key] / before[key] - 1);
      const text = `${lab}: ${after[key]} ${what}, ${percent > 0 ? '+' : ''}${percent.toFixed(1)} % (${before[key]})`;
      // A count of nothing is one that was not taken.
      if (!(100 * after[key] <= (100 + mostGrowth) * before[key]) || after[key] === 0) worse.push(text);
      else if ((100 + mostGrowth) * after[key] < 100 * before[key]) better.push(text);
    }
  }
  return { worse, better, left };
}
