/**
 * `npm run bench`: what a lab costs, as ratios against the bare User Mode Linux process that does
 * the same commands in one script (bench/bare-lab.ts), and Espalier's own share of the CPU.
 * Medians of 5 runs, the two taken in turns. Exit code 1 when a bar is missed.
 *
 * `npm run bench -- --against DIR [--rounds N] [--file FILE] [SUITE:NAME…]`: ratios of CPU, this tree by another checkout of
 * Espalier, in turns (bench/against.ts). Appends a line to FILE (`espalier-runs/bench.jsonl`) and writes a page with plots over
 * commits beside it.
 *
 * `npm run bench -- walls [--turns 9]`: what the walls of labs cost, against the same test without them.
 *
 * `npm run bench -- start [--against DIR] [--turns 9]`: what help and lists cost, also against another checkout.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeError, EspalierError } from '../src/base/errors.ts';
import { writeAtomic } from '../src/base/files.ts';
import { projectDir } from '../src/base/folders.ts';
import { watchForInterruption } from '../src/base/interruption.ts';
import { succeed } from '../src/base/processes.ts';
import { type AttemptSettings, runAttempt } from '../src/lab/attempt.ts';
import { describeMachine } from '../src/lab/machine.ts';
import type { LoadedScenario } from '../src/model/suite.ts';
import { judgeAttempt } from '../src/session/judging/judge-attempt.ts';
import { storeScenario } from '../src/session/judging/stored-scenario.ts';
import { openSettings, openSuites, openSupply } from '../src/session/local/open.ts';
import { wholeNumber } from '../src/session/option-values.ts';
import { toolArguments } from './arguments.ts';
import { compareTrees } from './bench/against.ts';
import { BareLab, type BareResult } from './bench/bare-lab.ts';
import { childrenCpu } from './bench/cpu.ts';
import { compareKernels } from './bench/kernels.ts';
import { costOfStart } from './bench/start.ts';
import { costOfWalls } from './bench/walls.ts';

const { positionals, values } = toolArguments(import.meta.filename, {
  allowPositionals: true,
  options: {
    against: { type: 'string' },
    rounds: { type: 'string' },
    file: { type: 'string' },
    turns: { type: 'string', default: '9' },
  },
});
const rounds = 5;
const seed = '1';
const options = { substrate: 'uml', overlay: [], seed, retries: 0, repeatEach: 1 };
/** Every so many-th good test of libreswan's suite, for Espalier's share in a whole run. */
const sampled = 100;

/** Milliseconds of one run of a scenario. */
interface Cost {
  readonly lab: number;
  /** CPU of this process: driver and judge. */
  readonly own: number;
  readonly sanitizers: number;
  readonly boot: number;
  readonly wall: number;
}

const total = ({ lab, own, sanitizers }: Cost): number => lab + own + sanitizers;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Boots, runs and judges a scenario as `espalier run` does, without remembered sanitized texts. */
async function espalier(loaded: LoadedScenario, settings: AttemptSettings, runDir: string): Promise<Cost> {
  const { entry } = loaded;
  const dir = join(runDir, 'attempts', entry.suite, entry.name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  mkdirSync(join(runDir, 'inputs'), { recursive: true });
  const started = performance.now();
  const own = ownCpu();
  const store = (): Promise<void> => storeScenario(runDir, dir, loaded);
  const signal = new AbortController().signal;
  const file = await runAttempt({ ...entry, attempt: 0, dir, load: async () => loaded, store, signal }, settings);
  writeAtomic(join(dir, 'attempt.json'), JSON.stringify(file));
  const children = childrenCpu();
  const verdict = await judgeAttempt(dir, { runDir, cache: false });
  if (verdict.word !== 'passed') {
    const issue = verdict.issues[0]?.message ?? '';
    throw new EspalierError('infrastructure', `${entry.suite}:${entry.name} did not pass: ${verdict.word}, ${issue}`);
  }
  return {
    lab: file.time.labCpuMs,
    own: ownCpu() - own,
    sanitizers: childrenCpu() - children,
    boot: file.time.bootMs,
    wall: performance.now() - started,
  };
}

interface Bar {
  readonly title: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly rest: string;
}

let missed = 0;

function tell({ title, value, limit, unit, rest }: Bar): void {
  const held = value < limit;
  if (!held) missed += 1;
  const shown = unit === '%' ? value.toFixed(1) : value.toFixed(2);
  const bar = `${held ? 'holds ' : 'MISSED'}  (below ${limit} ${unit})`;
  process.stdout.write(`${title.padEnd(50)} ${shown.padStart(6)} ${unit.padEnd(2)} ${bar.padEnd(24)} ${rest}\n`);
}

interface Measured {
  readonly espalier: readonly Cost[];
  readonly bare: readonly BareResult[];
}

async function measure(loaded: LoadedScenario, settings: AttemptSettings, runDir: string): Promise<Measured> {
  const bare = await BareLab.prepare(loaded.plan, settings.kernel.path, join(runDir, `bare-${loaded.entry.name}`));
  const found = { espalier: [] as Cost[], bare: [] as BareResult[] };
  for (let round = 0; round < rounds; round++) {
    found.bare.push(await bare.run());
    found.espalier.push(await espalier(loaded, settings, runDir));
  }
  return found;
}

function tellCpu(name: string, limit: number, { espalier: costs, bare }: Measured): void {
  const seconds = (of: (cost: Cost) => number): number => median(costs.map(of)) / 1000;
  const bareSeconds = median(bare.map(({ cpuMs }) => cpuMs)) / 1000;
  const value = seconds(total);
  const parts = `lab ${seconds((cost) => cost.lab).toFixed(2)}, Espalier ${seconds((cost) => cost.own).toFixed(2)}, sanitizers ${seconds((cost) => cost.sanitizers).toFixed(2)}; bare ${bareSeconds.toFixed(2)} s`;
  const ratio = `${(value / bareSeconds).toFixed(2)} x bare`;
  tell({ title: `CPU, boot to verdict, ${name}`, value, limit, unit: 's', rest: `${ratio} (${parts})` });
}

/** Written by a process at its end: its own CPU and that of its children, ms. */
const usageHook = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync, writeFileSync } from 'node:fs';
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const children = (Number(fields[13]) + Number(fields[14])) * 10;
    writeFileSync(process.env.ESPALIER_BENCH, JSON.stringify({ own: (user + system) / 1000, children }));
  });`)}`;

/** One whole `espalier run` of a sample: what part of the CPU is Espalier's own. */
async function tellShare(dir: string): Promise<void> {
  const main = join(projectDir, 'src/cli/main.ts');
  const usage = join(dir, 'usage');
  const results = join(dir, 'results.json');
  // A seed of its own, since remembered sanitized texts would spare the judge its work.
  const drawn = String(Date.now());
  const args = ['run', 'libreswan', '--shard', `1/${sampled}`, '--seed', drawn, '--output', dir];
  const env = { ...process.env, ESPALIER_BENCH: usage };
  const reporter = `json=${results}`;
  // Exit status 1 says that some tests fail, which is not the matter here.
  const script = '"$@"; [ $? -lt 2 ]';
  const command = [process.execPath, '--import', usageHook, main, ...args, '--reporter', reporter];
  await succeed('sh', ['-c', script, 'bench', ...command], { env });
  const { wallMs, results: all } = JSON.parse(readFileSync(results, 'utf8')) as {
    wallMs: number;
    results: { attempts: { time?: { labCpuMs: number } }[] }[];
  };
  const labs = all.flatMap(({ attempts }) => attempts.map(({ time }) => time?.labCpuMs ?? 0)).filter(Boolean);
  const lab = labs.reduce((sum, ms) => sum + ms, 0);
  const { own, children } = JSON.parse(readFileSync(usage, 'utf8')) as { own: number; children: number };
  const s = (ms: number): string => (ms / 1000).toFixed(1);
  const rest = `seed ${drawn}, ${labs.length} labs in ${s(wallMs)} s: labs ${s(lab)}, Espalier ${s(own)}, sanitizers ${s(Math.max(0, children - lab))} s`;
  const title = `Espalier's own CPU, every ${sampled}th test of libreswan`;
  tell({ title, value: (100 * own) / (own + lab), limit: 10, unit: '%', rest });
}

async function compare(against: string): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const { rounds: wanted, file = join(projectDir, 'espalier-runs', 'bench.jsonl') } = values;
  const count = wanted === undefined ? rounds : wholeNumber('--rounds', wanted, 1);
  const say = (line: string): boolean => process.stdout.write(`${line}\n`);
  await compareTrees({ against, rounds: count, labs: positionals, file, work }, say);
}

/** Bar of DESIGN's: walls and sealing, of a short test's CPU. */
const mostForWalls = 2;

async function tellWalls(turns: number): Promise<void> {
  const { cpu, cores, system } = describeMachine();
  process.stdout.write(`machine: ${cpu}, ${cores} cores, ${system}, load ${loadavg()[0]?.toFixed(1)}\n`);
  process.stdout.write(`examples:psk, ${turns} turns; CPU of a lab, its walls and its driver, against no walls\n\n`);
  for (const { walls, cpuMs, more } of await costOfWalls('examples', 'psk', turns)) {
    const percent = (value: number): string => `${value >= 0 ? '+' : ''}${value.toFixed(1)} %`;
    const rest = `${percent(more.least)} to ${percent(more.most)}, half of them ${percent(more.lower)} to ${percent(more.upper)}; median run ${Math.round(cpuMs)} ms`;
    if (walls === 'none') process.stdout.write(`median run without walls ${Math.round(cpuMs)} ms\n`);
    else tell({ title: `CPU of walls of ${walls}`, value: more.median, limit: mostForWalls, unit: '%', rest });
  }
}

/** What `list` may take, seconds of CPU. */
const mostForLists = 0.3;

async function tellStart(turns: number, against: string | undefined): Promise<void> {
  const other = against === undefined ? undefined : resolve(against);
  const { cpu, cores, system } = describeMachine();
  process.stdout.write(`machine: ${cpu}, ${cores} cores, ${system}, load ${loadavg()[0]?.toFixed(1)}\n`);
  process.stdout.write(`${turns} turns${other === undefined ? '' : `, each command here and in ${other}`}\n\n`);
  for (const { command, cpuMs, ratio } of await costOfStart(projectDir, other, turns)) {
    const [median, low, high] = [ratio?.median, ratio?.low, ratio?.high].map((value) => value?.toFixed(2));
    const rest = ratio === undefined ? '' : `${median} x the other (${low} to ${high})`;
    tell({ title: `CPU of espalier ${command}`, value: cpuMs / 1000, limit: mostForLists, unit: 's', rest });
  }
}

/** Each by its word; what has none is the bench of labs. */
const modes: Readonly<Record<string, () => Promise<void>>> = {
  walls: () => tellWalls(wholeNumber('--turns', values.turns, 1)),
  start: () => tellStart(wholeNumber('--turns', values.turns, 1), values.against),
};

async function main(): Promise<void> {
  const signal = new AbortController().signal;
  const supply = openSupply(options, signal);
  const settings = await openSettings(['libreswan', 'examples'], options, supply);
  const suites = await openSuites(['libreswan', 'examples'], options, supply);
  const load = async (suite: string, name: string): Promise<LoadedScenario> => {
    const found = suites.get(suite);
    if (found === undefined) throw new EspalierError('bug', `suite ${suite} is not open`);
    return found.load(name);
  };
  const ikev2 = await load('libreswan', 'ikev2-05-basic-psk');
  const psk = await load('examples', 'psk');
  const { cpu, cores, memoryMiB, system, node } = describeMachine();
  const versions = Object.entries(ikev2.versions).map((entry) => entry.join(' '));
  process.stdout.write(`machine: ${cpu}, ${cores} cores, ${memoryMiB} MiB, ${system}, load ${loadavg()[0]?.toFixed(1)}
versions: kernel ${settings.kernel.id}, image ${ikev2.images.east?.id}, ${versions.join(', ')}, Node ${node}
seed ${seed}; medians of ${rounds} runs

`);
  const dir = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const one = await measure(ikev2, settings, dir);
  tellCpu('libreswan:ikev2-05-basic-psk', 2, one);
  const two = await measure(psk, settings, dir);
  tellCpu('examples:psk', 1, two);
  const boot = median(two.espalier.map((cost) => cost.boot)) / 1000;
  const bare = median(two.bare.map(({ bootMs }) => bootMs)) / 1000;
  const rest = `${(boot / bare).toFixed(2)} x bare (bare ${bare.toFixed(2)} s)`;
  tell({ title: 'wall, boot of two hosts to the first command', value: boot, limit: 0.3, unit: 's', rest });
  for (const line of await compareKernels([ikev2, psk], settings, dir)) process.stdout.write(`${line}\n`);
  await tellShare(dir);
}

watchForInterruption();
try {
  const mode = modes[positionals[0] ?? ''];
  await (mode ?? (values.against === undefined ? main : () => compare(values.against ?? '')))();
  process.exitCode = missed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
