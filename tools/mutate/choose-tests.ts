/** Which tests may notice a mutant: those that run the changed place, the quick ones first. */
import type { Coverage } from './coverage.ts';
import type { Mutant } from './mutants.ts';
import type { Learned, Trial } from './worker.ts';

type Place = Mutant['place'];

export interface ChosenTests extends Omit<Trial, 'changed'> {
  readonly file: string;
  /** Milliseconds that they took without a mutant. */
  readonly ms: number;
}

function runs(coverage: Coverage, { file, start, end }: Place): boolean {
  return coverage[file]?.some(([from, to]) => from < Math.max(end, start + 1) && to > start) ?? false;
}

const known = new Map<string, ReadonlySet<string>>();

/** Files that reach a file by imports, itself included. */
function dependants(file: string, learned: readonly Learned[]): ReadonlySet<string> {
  const found = new Set([file]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { imports } of learned)
      for (const [from, to] of imports) if (!found.has(from) && [...to].some((one) => found.has(one))) found.add(from);
  }
  known.set(file, found);
  return found;
}

/** What to run against a change of a place. */
export function chooseTests(learned: readonly Learned[], place: Place): ChosenTests {
  const tests = learned.flatMap(({ file, loading, tests }) => {
    // What runs while the file is imported may make tests of its own, so all of them are asked.
    const whole = runs(loading, place);
    const wanted = whole ? tests : tests.filter(({ ran }) => runs(ran, place));
    if (wanted.length === 0) return [];
    const ms = wanted.reduce((sum, test) => sum + test.ms, 0);
    return [{ file, ms, ...(!whole && { names: wanted.map(({ name }) => name) }) }];
  });
  return {
    file: place.file,
    files: known.get(place.file) ?? dependants(place.file, learned),
    tests: tests.sort((a, b) => a.ms - b.ms),
    ms: tests.reduce((sum, { ms }) => sum + ms, 0),
  };
}
