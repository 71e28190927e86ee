/**
 * `npm run mutate:kernel [-- --drawn N --seed S] [--only TEXT] [--rows REGEXP] [--coverage RUN] [--keep] [--output FILE]`: how much of a broken
 * kernel the suite `conformance` notices. Builds the tested kernel once, then plants one bug at a time in it: those of
 * tools/kernel-mutants/hand-written.ts, and N (40) that are drawn by operator and seed. For each those rows run that execute the changed
 * statement, until some are red; a bug that no row executes survives at once. A row counts as red if it passes on the unchanged kernel.
 *
 * `--coverage RUN`: the folder of a run of `conformance --coverage` that tells which row executes what; rows that it lacks may execute anything.
 * Without it such a run is made, and what it finds is cached until a row changes. `--only TEXT`: bugs whose name or file contains the text.
 * `--rows REGEXP`: no other rows run than those whose title matches, for the coverage neither. `--keep`: what FILE says was found stays found, and what was not counted
 * stays so; the others are tried anew. Results are written to FILE (`espalier-runs/kernel-mutants.json`) after each, the tables to standard
 * output. Exit code 1 where a hand-written bug survives, or more than a quarter of the drawn ones.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeError, EspalierError } from '../src/base/errors.ts';
import { writeAtomic } from '../src/base/files.ts';
import { cacheDir, projectDir, withLock } from '../src/base/folders.ts';
import { watchForInterruption } from '../src/base/interruption.ts';
import { parsePattern, wholeNumber } from '../src/session/option-values.ts';
import { toolArguments } from './arguments.ts';
import { coverageOf } from './kernel-mutants/coverage.ts';
import { queues, shares } from './kernel-mutants/draw.ts';
import { files } from './kernel-mutants/files.ts';
import { handWritten } from './kernel-mutants/hand-written.ts';
import { known } from './kernel-mutants/known.ts';
import { type KernelMutant, mutantsOf, operators } from './kernel-mutants/operators.ts';
import { placed } from './kernel-mutants/placed.ts';
import { candidatesOf } from './kernel-mutants/reach.ts';
import { outcomeOf, reportOf, scoreOf } from './kernel-mutants/report.ts';
import { rowPattern, rowsOfSuite } from './kernel-mutants/rows.ts';
import { mutableTree, sourceText } from './kernel-mutants/tree.ts';
import { type Tried, tryMutant } from './kernel-mutants/trial.ts';

const { values } = toolArguments(import.meta.filename, {
  options: {
    drawn: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    rows: { type: 'string', default: '' },
    coverage: { type: 'string' },
    keep: { type: 'boolean', default: false },
    output: { type: 'string', default: join(projectDir, 'espalier-runs', 'kernel-mutants.json') },
  },
});

/** What is known of mutants, by their ids. */
class Notes {
  readonly #tried = new Map<string, Tried>();

  constructor() {
    if (!values.keep || !existsSync(values.output)) return;
    const { mutants } = JSON.parse(readFileSync(values.output, 'utf8')) as { mutants: Tried[] };
    for (const one of mutants) this.#tried.set(one.id, one);
  }

  /** An earlier result that stays. */
  kept(id: string): Tried | undefined {
    const tried = this.#tried.get(id);
    return tried?.uncounted !== undefined || (tried?.red.length ?? 0) > 0 ? tried : undefined;
  }

  add(kernel: string, tried: Tried): void {
    this.#tried.set(tried.id, tried);
    mkdirSync(dirname(values.output), { recursive: true });
    writeAtomic(values.output, `${JSON.stringify({ kernel, mutants: [...this.#tried.values()] }, undefined, 1)}\n`);
  }
}

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

async function main(): Promise<boolean> {
  const { signal } = new AbortController();
  // Rows over PF_KEY need it, and no other row minds.
  const tree = await mutableTree('netkey', signal);
  const work = mkdtempSync(join(tmpdir(), 'espalier-kernel-mutants-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const notes = new Notes();
  const isWanted = ({ id, file }: KernelMutant): boolean => `${file} ${id}`.includes(values.only);
  const wantedRows = parsePattern('--rows', values.rows);
  const rows = (await rowsOfSuite(signal)).filter((row) => wantedRows.test(row));
  if (rows.length === 0) throw new EspalierError('usage', `no row has a title that matches --rows ${values.rows}`);
  const part = values.rows === '' ? undefined : rows;
  const coverage = await coverageOf(tree, { run: values.coverage, rows: part }, signal);
  const attempt = async (mutant: KernelMutant, about: readonly string[]): Promise<Tried> => {
    const before = notes.kept(mutant.id);
    if (before) return before;
    const started = performance.now();
    const text = sourceText(tree, mutant.file);
    const isAbout = (row: string): boolean => rowPattern(about).test(row);
    const candidates = candidatesOf(mutant, { text, coverage, rows, isAbout });
    const tried = await tryMutant(mutant, candidates, { tree, work, signal });
    notes.add(tree.version, tried);
    say(`${((performance.now() - started) / 1000).toFixed(0)} s  ${mutant.id}  ${outcomeOf(tried)}`);
    return tried;
  };

  const byHand: Tried[] = [];
  // All are placed before the first is tried: that takes an hour, and a place that is gone shows at once.
  const atPlaces = handWritten.map((bug) => ({ mutant: placed(bug, sourceText(tree, bug.file)), rows: bug.rows }));
  for (const { mutant, rows } of atPlaces) if (isWanted(mutant)) byHand.push(await attempt(mutant, rows));

  const texts = files.map((file) => [file, sourceText(tree, file)] as const);
  const names = Object.keys(operators);
  const all = new Map(names.map((name) => [name, texts.flatMap((text) => mutantsOf(...text, name))]));
  const wanted = shares(names, wholeNumber('--drawn', values.drawn, 0));
  // In turns, so that what was tried when somebody stops it is a fair part.
  const turns = [...queues(all, values.seed)].map(([operator, queue]) => ({
    wanted: wanted.get(operator) ?? 0,
    queue: queue.filter(isWanted)[Symbol.iterator](),
    tried: [] as Tried[],
  }));
  let open = turns.filter((turn) => turn.wanted > 0);
  while (open.length > 0) {
    for (const turn of open) {
      const { value: mutant } = turn.queue.next();
      if (mutant) turn.tried.push(await attempt(mutant, []));
      else turn.wanted = 0;
    }
    open = open.filter(({ wanted: count, tried }) => scoreOf(tried, known).counted < count);
  }
  const drawn = turns.flatMap(({ tried }) => tried);

  const lines = [
    ...reportOf('Written by hand', byHand, known),
    ...reportOf(`Drawn, seed ${values.seed}`, drawn, known),
  ];
  process.stdout.write(`kernel ${tree.version}\n\n${lines.join('\n')}\n`);
  const [hand, lots] = [scoreOf(byHand, known), scoreOf(drawn, known)];
  return hand.survivors.length === 0 && lots.survivors.length * 4 <= lots.counted;
}

watchForInterruption();
try {
  process.exitCode = (await withLock(join(cacheDir('kernel-mutants'), 'lock'), main)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
