/** Which lines each row of `conformance` executes: by a run with `--coverage`, which is made once for the rows as they are. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { sha256, writeAtomic } from '../../src/base/files.ts';
import { cacheDir, projectDir } from '../../src/base/folders.ts';
import { runInView } from '../../src/base/processes.ts';
import { numbersIn, rangesOf } from '../../src/results/coverage/ranges.ts';
import { linesByTest } from '../../src/session/coverage/read-run.ts';
import { readCoverage } from '../../src/store/coverage.ts';
import { RunFolder } from '../../src/store/run-folder.ts';
import { notesOf } from '../../src/supply/kernel/coverage.ts';
import { kernelStore } from '../../src/supply/kernel/kernel.ts';
import { files } from './files.ts';
import type { Coverage } from './reach.ts';
import { titlesPattern } from './rows.ts';
import { type MutableTree, sourceText } from './tree.ts';

/** Lines by file, as ranges. */
type LinesByFile = Readonly<Record<string, string>>;

/** As it is kept. */
interface Kept {
  readonly counted: LinesByFile;
  /** By row. */
  readonly rows: Readonly<Record<string, LinesByFile>>;
}

/** What is asked for. */
export interface CoverageRequest {
  /** Folder of a run of `conformance --coverage`; undefined: one is made, unless the cache knows what today's rows execute. */
  readonly run: string | undefined;
  /** No other rows are wanted than these; undefined: all are. */
  readonly rows: readonly string[] | undefined;
}

export async function coverageOf(
  tree: MutableTree,
  { run, rows }: CoverageRequest,
  signal: AbortSignal,
): Promise<Coverage> {
  if (run !== undefined) return asCoverage(readRun(run, tree));
  const cached = (of?: readonly string[]): string =>
    join(cacheDir('kernel-mutants'), `executed-${identityOfRows(tree, of)}.json`);
  // A run of the whole suite tells of any part of it.
  const known = [cached(), cached(rows)].find((path) => existsSync(path));
  if (known !== undefined) return asCoverage(JSON.parse(readFileSync(known, 'utf8')) as Kept);
  const path = cached(rows);
  const runs = mkdtempSync(join(cacheDir('kernel-mutants'), 'coverage-'));
  try {
    const main = join(projectDir, 'src/cli/main.ts');
    await runInView(process.execPath, [main, ...countingRun(rows, runs)], signal);
    const made = readRun(join(runs, globSync('*/run.json', { cwd: runs })[0] ?? '', '..'), tree);
    writeAtomic(path, `${JSON.stringify(made)}\n`);
    return asCoverage(made);
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

/** The run that counts what rows execute; `rows` undefined: all of them. */
export function countingRun(rows: readonly string[] | undefined, output: string): string[] {
  const which = rows === undefined ? [] : ['-g', titlesPattern(rows)];
  return ['run', 'conformance', ...which, '--coverage', '-j', '1', '--output', output, '--reporter', 'line'];
}

/** Of what decides which lines a row executes; Espalier's own code is left out, lest each change of it cost a run. */
function identityOfRows(tree: MutableTree, rows: readonly string[] = []): string {
  const folder = join(projectDir, 'scenarios/conformance');
  const scenarios = globSync('**/*.ts', { cwd: folder }).toSorted();
  const texts = scenarios.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  const part = rows.length === 0 ? [] : [rows];
  return sha256(JSON.stringify([tree.kernel, files, texts, ...part])).slice(0, 12);
}

function readRun(dir: string, tree: MutableTree): Kept {
  const coverage = readCoverage(dir);
  if (coverage === undefined) {
    const remedy = 'give a run that was made with --coverage';
    throw new EspalierError('usage', 'the run did not count what its tests execute', { file: dir, remedy });
  }
  for (const kernel of coverage.kernels) refuseOther(kernel, tree);
  const planted = coverage.files.filter(({ source }) => (files as readonly string[]).includes(source));
  return {
    counted: Object.fromEntries(planted.map(({ source, lines }) => [source, lines])),
    rows: Object.fromEntries(linesByTest(RunFolder.open(dir)).map(({ name, lines }) => [name, inRanges(lines)])),
  };
}

function inRanges(lines: ReadonlyMap<string, ReadonlySet<number>>): LinesByFile {
  return Object.fromEntries(
    files.map((file) => [file, rangesOf([...(lines.get(file) ?? [])].toSorted((a, b) => a - b))]),
  );
}

/** Numbers of lines hold for one text of a file. */
function refuseOther(kernel: string, tree: MutableTree): void {
  const path = kernelStore.find(kernel)?.path;
  const isOther = (file: string): boolean => {
    const counted = join(notesOf(path ?? ''), file);
    return path === undefined || (existsSync(counted) && readFileSync(counted, 'utf8') !== sourceText(tree, file));
  };
  const other = files.find(isOther);
  if (other === undefined) return;
  throw new EspalierError('usage', `the run's kernel ${kernel} has another ${other} than ${tree.version}`, {
    remedy: 'leave out --coverage, and a run of the tested kernel is made',
  });
}

function asCoverage({ counted, rows }: Kept): Coverage {
  const sets = (of: LinesByFile): Map<string, Set<number>> =>
    new Map(Object.entries(of).map(([file, lines]) => [file, new Set(numbersIn(lines))]));
  return { counted: sets(counted), rows: new Map(Object.entries(rows).map(([name, lines]) => [name, sets(lines)])) };
}
