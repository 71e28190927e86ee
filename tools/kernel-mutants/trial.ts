/** One mutant: its kernel is built, and the suite `conformance` runs on it until rows turn red. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { rowPattern } from './files.ts';
import { type KernelMutant, mutated } from './operators.ts';
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
  /** Scenarios that are red with it and pass without it; none: it survives. */
  readonly red: readonly Red[];
}

/** Scenarios after which a part of the suite ends. */
const enough = 2;

export interface Trial {
  readonly tree: MutableTree;
  /** Folder for kernels and runs, which are removed again. */
  readonly work: string;
  /** Only the rows that are about the mutant: what survives them says nothing yet. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
}

/** Tries a mutant with the rows that are about it, then, where all are green, with the others. */
export async function tryMutant(
  mutant: KernelMutant,
  rows: readonly string[],
  { tree, work, quick, signal }: Trial,
): Promise<Tried> {
  const { id, file, within, line } = mutant;
  const about = { id, file, within, line };
  const into = join(work, 'linux');
  const outcome = await buildWith(tree, { file, text: mutated(sourceText(tree, file), mutant), into }, signal);
  if ('uncounted' in outcome) return { ...about, uncounted: outcome.uncounted, red: [] };
  const first = rowPattern(rows);
  const parts = [['-g', first], ...(quick ? [] : [['--grep-invert', first]])];
  for (const choice of parts) {
    const red = await redRows(choice, into, work);
    const others = red.length === 0 ? red : await redWithout(red, tree.kernel, work);
    const found = red.filter(({ name }) => !others.some((other) => other.name === name));
    if (found.length > 0) return { ...about, red: found };
  }
  return { ...about, red: [] };
}

/** Of the scenarios that are red those that are red on the unchanged kernel as well. */
function redWithout(red: readonly Red[], kernel: string, work: string): Promise<Red[]> {
  const names = red.map(({ name }) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return redRows(['-g', `^conformance:(?:${names.join('|')})$`], kernel, work);
}

interface Results {
  readonly results: readonly (Red & { readonly expected: boolean })[];
}

/** Runs a part of the suite; scenarios with an unexpected result. */
async function redRows(choice: readonly string[], kernel: string, work: string): Promise<Red[]> {
  const dir = mkdtempSync(join(work, 'run-'));
  try {
    const json = join(dir, 'results.json');
    const limits = ['-j', '1', '--max-failures', String(enough)];
    const main = join(projectDir, 'src/cli/main.ts');
    const where = ['--kernel', kernel, '--output', dir, '--reporter', `json=${json}`];
    const command = [main, 'run', 'conformance', ...choice, ...limits, ...where];
    const { status, stderr } = await run(process.execPath, command, { maxOutput: 64 << 20 });
    if (status !== 0 && status !== 1) {
      const output = stderr.toString();
      throw new EspalierError('infrastructure', `the run ended with ${status}`, { command: choice.join(' '), output });
    }
    const { results } = JSON.parse(readFileSync(json, 'utf8')) as Results;
    return results.filter(({ expected }) => !expected).map(({ name, word }) => ({ name, word }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
