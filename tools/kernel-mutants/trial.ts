/** One mutant: its kernel is built, and rows of a suite run on it until some turn red. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { type KernelMutant, mutated } from './operators.ts';
import type { Candidates } from './reach.ts';
import { titlesPattern } from './rows.ts';
import { buildWith, type MutableTree, sourceText, type Uncounted } from './tree.ts';

/** A scenario that did not pass. */
export interface Red {
  readonly name: string;
  readonly word: string;
}

export interface Tried {
  readonly id: string;
  readonly file: string;
  readonly within: string;
  readonly line: number;
  /** Why it says nothing about the suite. */
  readonly uncounted?: Uncounted;
  /** How many rows can notice it; 0: nothing executes what it changes. */
  readonly rows: number;
  /** What the counters were asked about. */
  readonly by: Candidates['by'];
  /** Scenarios that are red with it and pass without it; none: it survives. */
  readonly red: readonly Red[];
}

/** Rows that are tried before all others. */
const first = 24;

export interface Trial {
  readonly tree: MutableTree;
  /** Folder for kernels and runs, which are removed again. */
  readonly work: string;
  /** Default: `conformance`. */
  readonly suite?: string;
  /** Red rows after which a part of the suite ends. Default: 2. */
  readonly enough?: number;
}

/** Tries a mutant with the rows that can notice it, in their order. */
export async function tryMutant(
  mutant: KernelMutant,
  { by, rows }: Candidates,
  { tree, work, suite = 'conformance', enough = 2, signal }: Trial & { readonly signal: AbortSignal },
): Promise<Tried> {
  const { id, file, within, line } = mutant;
  const about = { id, file, within, line, by, rows: rows.length };
  const into = join(work, 'linux');
  const outcome = await buildWith(tree, { file, text: mutated(sourceText(tree, file), mutant), into }, signal);
  if ('uncounted' in outcome) return { ...about, uncounted: outcome.uncounted, red: [] };
  for (const part of [rows.slice(0, first), rows.slice(first)]) {
    const red = await redRows(part, into, { work, suite, enough });
    const others = await redRows(
      red.map(({ name }) => name),
      tree.kernel,
      { work, suite, enough },
    );
    const found = red.filter(({ name }) => !others.some((other) => other.name === name));
    if (found.length > 0) return { ...about, red: found };
  }
  return { ...about, red: [] };
}

interface Results {
  readonly results: readonly (Red & { readonly expected: boolean })[];
}

/** Runs rows on a kernel; those with an unexpected result. */
async function redRows(
  rows: readonly string[],
  kernel: string,
  { work, suite, enough }: Required<Pick<Trial, 'work' | 'suite' | 'enough'>>,
): Promise<Red[]> {
  if (rows.length === 0) return [];
  const dir = mkdtempSync(join(work, 'run-'));
  try {
    const json = join(dir, 'results.json');
    const limits = ['-j', '1', '--max-failures', String(enough)];
    const main = join(projectDir, 'src/cli/main.ts');
    const where = ['--kernel', kernel, '--output', dir, '--reporter', `json=${json}`];
    const command = [main, 'run', suite, '-g', titlesPattern(rows, suite), ...limits, ...where];
    const { status, stderr } = await run(process.execPath, command, { maxOutput: 64 << 20 });
    if (status !== 0 && status !== 1) {
      const output = stderr.toString();
      throw new EspalierError('infrastructure', `the run ended with ${status}`, { command: `run ${suite}`, output });
    }
    const { results } = JSON.parse(readFileSync(json, 'utf8')) as Results;
    return results.filter(({ expected }) => !expected).map(({ name, word }) => ({ name, word }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
