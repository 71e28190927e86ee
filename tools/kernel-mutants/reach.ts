/** Which rows of `conformance` can notice a change: those that execute what it changes. */
import { codeOf, functionsOf, lineOf } from './c-source.ts';
import type { KernelMutant } from './operators.ts';

type Lines = ReadonlySet<number>;
type Place = Pick<KernelMutant, 'file' | 'within' | 'start' | 'end'>;

/** What the rows execute of the files in which bugs are planted. */
export interface Coverage {
  /** Lines that have counters, by file. */
  readonly counted: ReadonlyMap<string, Lines>;
  /** Lines that ran, by row and file. A row that is not here may execute anything. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, Lines>>;
}

/** Rows that may turn red by a change. */
export interface Candidates {
  /** What the counters were asked about: the changed statement, or, where it has none, the function, or the file. */
  readonly by: 'statement' | 'function' | 'file';
  /** In the order in which they are tried. */
  readonly rows: readonly string[];
}

/** First and last line. */
type Range = readonly [from: number, to: number];
const everything: Range = [1, Number.POSITIVE_INFINITY];

/**
 * Of these rows those that execute the changed statement. Not the changed line alone counts: of an expression of several lines, a counter
 * may belong to another operand. Rows of which nothing is known come first, then those that `isAbout` names, then those that execute the
 * changed line itself, those first that execute least beside it.
 */
export function candidatesOf(
  mutant: Place,
  {
    text,
    coverage,
    rows,
    isAbout = () => false,
  }: {
    readonly text: string;
    readonly coverage: Coverage;
    readonly rows: readonly string[];
    readonly isAbout?: (row: string) => boolean;
  },
): Candidates {
  const counted = coverage.counted.get(mutant.file) ?? new Set();
  const ranges = rangesOf(mutant, text);
  const by = (['statement', 'function', 'file'] as const).find((name) => isAny(counted, ranges[name]));
  const rank = (row: string): readonly number[] | undefined => {
    const known = coverage.rows.get(row);
    if (known === undefined) return [0];
    const ran = known.get(mutant.file) ?? new Set();
    if (by !== undefined && !isAny(ran, ranges[by])) return undefined;
    const size = [...known.values()].reduce((sum, lines) => sum + lines.size, 0);
    return [1, isAbout(row) ? 0 : 1, isAny(ran, ranges.change) ? 0 : 1, size];
  };
  const ranked = rows.flatMap((row) => {
    const of = rank(row);
    return of === undefined ? [] : [{ row, of }];
  });
  return { by: by ?? 'file', rows: ranked.toSorted((a, b) => compare(a.of, b.of)).map(({ row }) => row) };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((one, index) => one !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function isAny(lines: Lines, [from, to]: Range): boolean {
  for (const line of lines) if (line >= from && line <= to) return true;
  return false;
}

function rangesOf(
  { within, start, end }: Place,
  text: string,
): Readonly<Record<'change' | 'statement' | 'function' | 'file', Range>> {
  const code = codeOf(text);
  const body = functionsOf(code).find((one) => one.name === within && one.start <= start && end <= one.end);
  const [from, to] = [body?.start ?? 0, body?.end ?? text.length];
  const lines = (first: number, last: number): Range => [lineOf(text, first), lineOf(text, last)];
  return {
    change: lines(start, end),
    statement: lines(statementStart(code, from, start), end),
    function: lines(from, to),
    file: everything,
  };
}

/** The first character behind the last statement or bracket that ends before an offset. */
function statementStart(code: string, from: number, offset: number): number {
  const before = code.slice(from, offset);
  const behind = Math.max(...[...';{}'].map((mark) => before.lastIndexOf(mark))) + 1;
  return from + behind + (/^\s*/.exec(before.slice(behind))?.[0].length ?? 0);
}
