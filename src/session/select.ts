import type { ScenarioEntry } from '../model/scenario.ts';

/** What narrows a run down, in order of application. */
export interface Selection {
  /** `suite`, `suite:name`, or either with `*` and `?`. */
  readonly selectors: readonly string[];
  /** `good`, `wip`, …, or `all`; names given in full are taken whatever their status. */
  readonly status: string;
  readonly grep?: RegExp | undefined;
  readonly grepInvert?: RegExp | undefined;
  /** Keys `suite:name` of the last failures. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly shard?: Shard | undefined;
}

export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Splits a selector into suite and name pattern; without a colon all of the suite is meant. */
export function parseSelector(selector: string): { readonly suite: string; readonly name: string } {
  const colon = selector.indexOf(':');
  if (colon < 0) return { suite: selector, name: '*' };
  return { suite: selector.slice(0, colon), name: selector.slice(colon + 1) || '*' };
}

/** `*` any characters, `?` one; everything else is itself. */
export function globToRegExp(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

/** What a selection gives, and the first selector that matched nothing. */
export interface Selected {
  readonly chosen: readonly ScenarioEntry[];
  readonly problem?: { readonly message: string; readonly remedy: string };
}

/** Applies a selection to listed scenarios. */
export function select(entries: readonly ScenarioEntry[], selection: Selection): Selected {
  const chosen = new Set<ScenarioEntry>();
  for (const selector of selection.selectors) {
    const matches = matching(entries, selector);
    if (matches.length === 0) return { chosen: [], problem: nothingMatches(entries, selector) };
    const named = !/[*?]/.test(parseSelector(selector).name);
    for (const entry of matches) {
      if (named || selection.status === 'all' || entry.status === selection.status) chosen.add(entry);
    }
  }
  const { grep, grepInvert, only, shard } = selection;
  const narrowed = entries.filter((entry) => {
    const key = `${entry.suite}:${entry.name}`;
    if (!chosen.has(entry) || (only !== undefined && !only.has(key))) return false;
    return (grep === undefined || grep.test(key)) && !grepInvert?.test(key);
  });
  if (shard === undefined) return { chosen: narrowed };
  return { chosen: narrowed.filter((_, i) => i % shard.count === shard.index - 1) };
}

function matching(entries: readonly ScenarioEntry[], selector: string): ScenarioEntry[] {
  const { suite, name } = parseSelector(selector);
  const pattern = globToRegExp(name);
  return entries.filter((entry) => entry.suite === suite && pattern.test(entry.name));
}

function nothingMatches(entries: readonly ScenarioEntry[], selector: string): NonNullable<Selected['problem']> {
  const { suite, name } = parseSelector(selector);
  const names = entries.filter((entry) => entry.suite === suite).map((entry) => entry.name);
  const near = nearest(name, names);
  const remedy = near ? `did you mean ${suite}:${near}?` : `\`espalier list ${suite}\` shows what there is`;
  return { message: `nothing matches ${selector}`, remedy };
}

/** The word nearest to a mistyped one, when it is near at all. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words.map((candidate) => ({ candidate, distance: distance(word, candidate) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
