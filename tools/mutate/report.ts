/** What became of mutants, for people. */
import { type Equivalent, keyOf } from './equivalents.ts';
import type { Mutant } from './mutants.ts';

export interface Result {
  readonly mutant: Mutant;
  /** The test that noticed it, or why the thread ended; undefined: it survives. */
  readonly killedBy?: string | undefined;
}

/** Folders whose mutants must all be noticed, since they decide what a verdict weighs. */
const strict: readonly string[] = ['src/judge/oracles', 'src/judge/text'];
/** Percent of the mutants of all rooms together. */
const bar = 80;

export function roomOf(file: string): string {
  const parts = file.split('/');
  if (parts[1] === 'suites') return file;
  return parts
    .slice(0, parts[1] === 'judge' ? 3 : 2)
    .join('/')
    .replace(/\/[^/]+\.ts$/, '');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

function row(name: string, results: readonly Result[]): string {
  const killed = results.filter(({ killedBy }) => killedBy !== undefined).length;
  const counts = `${String(killed).padStart(6)} of ${String(results.length).padStart(5)}`;
  return `${name.padEnd(34)} ${counts}  ${percent(killed, results.length).padStart(8)}`;
}

/** Lines of the report, and whether a bar is missed. `whole`: every mutant of the files was tried. */
export function report(
  results: readonly Result[],
  equivalents: readonly Equivalent[],
  whole: boolean,
): { lines: string[]; missed: boolean } {
  const known = new Set(equivalents.map(keyOf));
  const counted = results.filter(({ mutant }) => !known.has(keyOf(mutant)));
  const survivors = counted.filter(({ killedBy }) => killedBy === undefined);
  const stale = whole ? staleOf(results, equivalents) : [];
  const rooms = Map.groupBy(counted, ({ mutant }) => roomOf(mutant.file));
  const lines = [
    ...survivors.map(
      ({ mutant: { file, line, original, mutant } }) => `survives ${file}:${line}\n  - ${original}\n  + ${mutant}`,
    ),
    ...stale.map(
      ({ file, within, original, mutant, reason }) =>
        `stale entry of equivalents.json: ${file} (${within}) ${original} -> ${mutant}: ${reason}`,
    ),
    ...[...rooms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([room, of]) => row(room, of)),
    row('all', counted),
    `${results.length - counted.length} more are known to change nothing (equivalents.json)`,
  ];
  const heavy = survivors.filter(({ mutant }) => strict.includes(roomOf(mutant.file)));
  if (heavy.length > 0) lines.push(`MISSED: ${heavy.length} survive in ${strict.join(' and ')}, where none may`);
  const low = 100 * survivors.length > (100 - bar) * counted.length;
  if (low) lines.push(`MISSED: below ${bar} %`);
  return { lines, missed: heavy.length > 0 || low || stale.length > 0 };
}

/** Entries that no mutant has any more, or whose mutant a test notices. */
function staleOf(results: readonly Result[], equivalents: readonly Equivalent[]): Equivalent[] {
  const files = new Set(results.map(({ mutant }) => mutant.file));
  const surviving = new Set(
    results.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => keyOf(mutant)),
  );
  return equivalents.filter((one) => files.has(one.file) && !surviving.has(keyOf(one)));
}
