/**
 * `npm run bench -- --against DIR`: this tree and another checkout of Espalier run the reference labs in turns, each by its own
 * command line. Other work on the machine slows both of a pair alike, so only ratios of neighbours in time are told.
 */
import { appendFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { projectDir } from '../../src/base/folders.ts';
import { run, succeed } from '../../src/base/processes.ts';
import { describeMachine } from '../../src/lab/machine.ts';
import { costPage } from './cost-page.ts';
import { childrenCpu } from './cpu.ts';
import {
  type LabMeasurement,
  type MeasuredCommit,
  type Measurement,
  middle,
  type Ratio,
  ratioOf,
  readMeasurements,
} from './measurement.ts';
import { referenceLabs, referenceSeed } from './reference-labs.ts';

/** What is compared, and where it is kept. */
export interface Comparison {
  /** Root of the other checkout. It makes its own kernel and images unless the cache has them. */
  readonly against: string;
  readonly rounds: number;
  /** `suite:name`; none: the reference labs. */
  readonly labs: readonly string[];
  /** Takes a line; the page with the plots stands beside it. */
  readonly file: string;
  /** Empty folder. */
  readonly work: string;
}

/** One run of a lab. */
interface Cost {
  readonly labCpuMs: number;
  readonly commandCpuMs: number;
  readonly handOvers?: number;
  readonly pageFaults?: number;
}

interface StoredAttempt {
  readonly time: { readonly labCpuMs: number };
  readonly cost?: { readonly handOvers: number; readonly pageFaults: number };
}

async function costOf(tree: string, lab: string, work: string): Promise<Cost> {
  const output = join(work, 'runs');
  rmSync(output, { recursive: true, force: true });
  const before = childrenCpu();
  const args = ['run', lab, '--seed', referenceSeed, '--output', output];
  const { status, stdout, stderr } = await run(join(tree, 'espalier'), args, { cwd: tree });
  const commandCpuMs = childrenCpu() - before;
  if (status !== 0) {
    const said = `${stdout}${stderr}`;
    throw new EspalierError('infrastructure', `${lab} did not pass in ${tree}`, { output: said });
  }
  const [file] = globSync('*/attempts/*/*/0/attempt.json', { cwd: output });
  const { time, cost } = JSON.parse(readFileSync(join(output, file ?? ''), 'utf8')) as StoredAttempt;
  const counts = cost?.handOvers === undefined ? {} : { handOvers: cost.handOvers, pageFaults: cost.pageFaults };
  return { labCpuMs: time.labCpuMs, commandCpuMs, ...counts };
}

async function commitOf(tree: string): Promise<MeasuredCommit> {
  const log = await succeed('git', ['-C', tree, 'log', '-1', '--format=%H%n%s%n%cI']);
  const [hash = '', subject = '', date = ''] = log.stdout.toString().split('\n');
  const { stdout } = await succeed('git', ['-C', tree, 'status', '--porcelain', '--untracked-files=no']);
  return { hash, subject, date, changed: stdout.length > 0 };
}

type Trees = Readonly<Record<'mine' | 'other', string>>;

async function measure(lab: string, trees: Trees, { rounds, work }: Comparison): Promise<LabMeasurement> {
  // What each makes on first use is nothing of the lab's.
  for (const tree of Object.values(trees)) await costOf(tree, lab, work);
  const mine: Cost[] = [];
  const others: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) {
    others.push(await costOf(trees.other, lab, work));
    mine.push(await costOf(trees.mine, lab, work));
  }
  const of = (costs: readonly Cost[], key: 'labCpuMs' | 'commandCpuMs') => costs.map((cost) => cost[key]);
  const { handOvers, pageFaults } = mine[0] ?? {};
  return {
    lab: ratioOf(of(mine, 'labCpuMs'), of(others, 'labCpuMs')),
    command: ratioOf(of(mine, 'commandCpuMs'), of(others, 'commandCpuMs')),
    labCpuMs: middle(of(mine, 'labCpuMs')),
    commandCpuMs: middle(of(mine, 'commandCpuMs')),
    ...(handOvers !== undefined && { handOvers }),
    ...(pageFaults !== undefined && { pageFaults }),
  };
}

function textOf(what: string, { median, low, high }: Ratio, ms: number): string {
  return `${what} x ${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), now ${(ms / 1000).toFixed(2)} s`;
}

/** Measures, appends a line to the file and writes the page. `say` gets lines for people as they come. */
export async function compareTrees(wish: Comparison, say: (line: string) => void): Promise<void> {
  const trees = { mine: projectDir, other: resolve(wish.against) };
  const labs: Record<string, LabMeasurement> = {};
  for (const lab of wish.labs.length === 0 ? referenceLabs : wish.labs) {
    const one = await measure(lab, trees, wish);
    labs[lab] = one;
    say(`${lab}: ${textOf('lab', one.lab, one.labCpuMs)}; ${textOf('command', one.command, one.commandCpuMs)}`);
  }
  const { cpu, cores, system } = describeMachine();
  keep(wish.file, {
    version: 1,
    date: new Date().toISOString(),
    commit: await commitOf(trees.mine),
    against: await commitOf(trees.other),
    rounds: wish.rounds,
    machine: `${cpu}, ${cores} cores, ${system}`,
    labs,
  });
  say(`${wish.file}, plots over commits: ${pageOf(wish.file)}`);
}

const pageOf = (file: string): string => `${file.replace(/\.jsonl$/, '')}.html`;

function keep(file: string, measured: Measurement): void {
  mkdirSync(join(file, '..'), { recursive: true });
  appendFileSync(file, `${JSON.stringify(measured)}\n`);
  writeFileSync(pageOf(file), costPage(readMeasurements(readFileSync(file, 'utf8'))));
}
