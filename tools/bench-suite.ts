/**
 * `npm run bench:suite [-- BAR…] [--run RUN] [--other MODULE]`: the bars that need libreswan's suite itself. Each is one or
 * more whole `espalier run`s, so that anybody can repeat them by hand; the command stands above its figures. With `--run`,
 * `whole`, `judging`, `rejudge` and `pages` take the folder of a run that is there; `judging` writes its verdicts anew.
 * `rejudge` judges a copy, in turns with the `judgeAttempt` of another tree where `--other` names the module that has it.
 * Exit code 1 when a bar is missed.
 *
 * `npm run bench:suite -- figures RUN…` runs nothing: it prints the tables of docs/figures.md from stored runs.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, EspalierError } from '../src/base/errors.ts';
import { projectDir } from '../src/base/folders.ts';
import { watchForInterruption } from '../src/base/interruption.ts';
import { run } from '../src/base/processes.ts';
import { describeMachine } from '../src/lab/machine.ts';
import { obtainLibreswan } from '../src/suites/libreswan/obtain.ts';
import { sampleUpstream } from '../src/suites/libreswan/upstream-check.ts';
import { toolArguments } from './arguments.ts';
import { childrenCpu } from './bench/cpu.ts';
import { figures, readRunFigures } from './bench/figures.ts';
import { pageDataCost } from './bench/page-data.ts';
import { type JudgeCost, rejudge } from './bench/rejudge.ts';

interface Result {
  readonly suite: string;
  readonly name: string;
  readonly word: string;
}

interface Outcome {
  readonly wallMs: number;
  readonly results: readonly Result[];
  readonly runDir: string;
}

const { positionals, values } = toolArguments(import.meta.filename, {
  allowPositionals: true,
  options: { run: { type: 'string' }, other: { type: 'string' } },
});
const dir = mkdtempSync(join(tmpdir(), 'espalier-bench-suite-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
let runs = 0;

/** One `espalier run libreswan` with these arguments. */
async function espalier(...args: readonly string[]): Promise<Outcome> {
  runs += 1;
  const output = join(dir, String(runs));
  const json = join(dir, `${runs}.json`);
  process.stdout.write(`$ ./espalier run libreswan ${args.join(' ')}\n`);
  const main = join(projectDir, 'src/cli/main.ts');
  const command = [main, 'run', 'libreswan', ...args, '--output', output, '--reporter', `json=${json}`];
  const { status, stderr } = await run(process.execPath, command, { maxOutput: 64 << 20 });
  if (typeof status === 'string' || status > 1) {
    throw new EspalierError('infrastructure', `the run ended with ${status}`, { output: stderr.toString() });
  }
  const found = JSON.parse(readFileSync(json, 'utf8')) as Omit<Outcome, 'runDir'>;
  const id = readdirSync(output).find((name) => /^\d{4}-/.test(name)) ?? '';
  return { ...found, runDir: join(output, id) };
}

/** A run that is there; it took from its first lab to the end of its last one. */
function storedRun(runDir: string): Outcome {
  const { results } = JSON.parse(readFileSync(join(runDir, 'results.json'), 'utf8')) as Pick<Outcome, 'results'>;
  const times = attemptsOf(runDir).map(({ time }) => [Date.parse(time.started), time.wallMs] as const);
  const first = Math.min(...times.map(([started]) => started));
  return { wallMs: Math.max(...times.map(([started, wallMs]) => started + wallMs)) - first, results, runDir };
}

interface Attempt {
  readonly time: { readonly started: string; readonly wallMs: number; readonly labCpuMs: number };
}

function attemptsOf(runDir: string): Attempt[] {
  const files = globSync('attempts/*/*/*/attempt.json', { cwd: runDir });
  return files.map((file) => JSON.parse(readFileSync(join(runDir, file), 'utf8')) as Attempt);
}

const labMilliseconds = (runDir: string): number[] => attemptsOf(runDir).map(({ time }) => time.labCpuMs);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

let missed = 0;

function tell(title: string, held: boolean, figures: string): void {
  if (!held) missed += 1;
  process.stdout.write(`${held ? 'holds ' : 'MISSED'}  ${title}: ${figures}\n\n`);
}

function wordsOf(results: readonly Result[]): string {
  const counts = new Map<string, number>();
  for (const { word } of results) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

const withWord = (results: readonly Result[], word: string): Result[] => results.filter((one) => one.word === word);

/** All good tests, and upstream's own sanitizer over every 25th that passes. */
async function whole(): Promise<void> {
  const { wallMs, results, runDir } = await (values.run ? storedRun(values.run) : espalier('--seed', '1'));
  const passed = withWord(results, 'passed');
  const minutes = wallMs / 60_000;
  const good = results.length;
  tell('at least 850 good tests pass', passed.length >= 850, `${passed.length} of ${good}; ${wordsOf(results)}`);
  const labs = labMilliseconds(runDir);
  const cpu = `labs ${(sum(labs) / 60_000).toFixed(1)} min of CPU, median ${(median(labs) / 1000).toFixed(2)} s`;
  tell('the whole list takes under 30 minutes', minutes < 30, `${minutes.toFixed(1)} min; ${cpu}`);
  const { dir: testing } = await obtainLibreswan();
  const checks = [];
  for (let index = 0; index < passed.length; index += 25) {
    const { suite, name } = passed[index] as Result;
    checks.push(...(await sampleUpstream(join(runDir, 'attempts', suite, encodeURIComponent(name), '0'), testing)));
  }
  const agreeing = checks.filter(({ agrees }) => agrees).length;
  const figures = `${agreeing} of ${checks.length} consoles of every 25th passing test`;
  tell("upstream's own sanitizer.sh gives the same bytes", agreeing === checks.length && agreeing > 0, figures);
  await tellJudging(runDir);
}

/** Every 10th test, or the run that was named, judged once more. */
async function judging(): Promise<void> {
  await tellJudging(values.run ?? (await espalier('--shard', '1/10', '--seed', '1')).runDir);
}

/** What a verdict with all its oracles costs. Sanitized texts are remembered from the time before, so no sanitizer runs. */
async function tellJudging(runDir: string): Promise<void> {
  const judge = async (): Promise<number> => {
    const before = childrenCpu();
    process.stdout.write(`$ ./espalier judge ${runDir}\n`);
    const command = [join(projectDir, 'src/cli/main.ts'), 'judge', runDir];
    const { status, stderr } = await run(process.execPath, command, { maxOutput: 64 << 20 });
    if (typeof status === 'string' || status > 1) {
      throw new EspalierError('infrastructure', `judging ended with ${status}`, { output: stderr.toString() });
    }
    return childrenCpu() - before;
  };
  await judge();
  const cpuMs = await judge();
  const labs = labMilliseconds(runDir);
  const each = cpuMs / labs.length;
  const labMs = sum(labs);
  const share = (100 * cpuMs) / labMs;
  const figures = `${labs.length} attempts, ${(cpuMs / 1000).toFixed(1)} s of CPU`;
  tell('judging anew takes under 10 ms of CPU per attempt', each < 10, `${each.toFixed(1)} ms; ${figures}`);
  const lab = `labs ${(labMs / 1000).toFixed(0)} s`;
  tell('a verdict takes under 5 % of its lab’s CPU', share < 5, `${share.toFixed(2)} %; ${lab}, ${figures}`);
}

/** What the data of a test's page costs, of every 10th test or of the run that was named. */
async function pages(): Promise<void> {
  const runDir = values.run ?? (await espalier('--shard', '1/10', '--seed', '1')).runDir;
  const [full, compact] = [pageDataCost(runDir, 'full'), pageDataCost(runDir, 'compact')];
  tell(
    'the data of a test’s page takes under 4 ms of CPU',
    full < 4,
    `${full.toFixed(2)} ms; compact ${compact.toFixed(2)} ms`,
  );
}

/** What one attempt costs in a process that judges many. */
async function rejudged(): Promise<void> {
  const runDir = values.run ?? (await espalier('--shard', '1/10', '--seed', '1')).runDir;
  const { attempts, ours, other, different } = await rejudge({ runDir, work: dir, other: values.other, rounds: 5 });
  const text = ({ median: middle, p95, mean }: JudgeCost): string =>
    `${middle.toFixed(1)} ms, 95th percentile ${p95.toFixed(1)}, mean ${mean.toFixed(1)}`;
  const figures = `${text(ours)}; ${attempts} attempts${other === undefined ? '' : `; the other tree ${text(other)}`}`;
  tell('an attempt is judged anew in at most 8 ms of CPU (median)', ours.median <= 8, figures);
  const names = different.slice(0, 10).join(' ');
  tell('every judgement gives the stored bytes', different.length === 0, `${different.length} differ ${names}`);
}

async function repeated(title: string): Promise<void> {
  const { results } = await espalier('--shard', '1/20', '--repeat-each', '2', '--seed', '7');
  const different = withWord(results, 'nondeterminism');
  const names = different.map(({ name }) => name).join(' ');
  tell(title, different.length === 0, `${different.length} of ${results.length} differ ${names}`);
}

/** Every 20th test twice, with nothing beside it. */
async function determinism(): Promise<void> {
  await repeated('the same seed gives the same bytes');
}

/** Every 20th test twice, while other processes want every core. */
async function load(): Promise<void> {
  const busy = Array.from({ length: availableParallelism() }, () => spawn('sh', ['-c', 'while :; do :; done']));
  try {
    await repeated(`the same under full load of ${busy.length} cores`);
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
}

/** 30 tests with upstream's own swan-prep give the same words as with ours. */
async function helpers(): Promise<void> {
  const sample = ['--shard', '1/38', '--seed', '1'];
  const ours = await espalier(...sample);
  const upstream = await espalier(...sample, '--helpers', 'upstream');
  const wordOf = new Map(ours.results.map(({ name, word }) => [name, word]));
  const others = upstream.results.filter(({ name, word }) => word !== wordOf.get(name));
  const names = others.map(({ name, word }) => `${name} (${wordOf.get(name)}, ${word})`).join(' ');
  const figures = `${others.length} of ${upstream.results.length} differ ${names}; ${wordsOf(upstream.results)}`;
  tell("upstream's own helpers give the same words", others.length === 0, figures);
}

const bars = { whole, judging, rejudge: rejudged, pages, determinism, load, helpers };

async function main(): Promise<void> {
  if (positionals[0] === 'figures') {
    process.stdout.write(figures(positionals.slice(1).map(readRunFigures)));
    return;
  }
  const chosen = positionals.length > 0 ? positionals : Object.keys(bars);
  const { cpu, cores, memoryMiB, system, node } = describeMachine();
  const average = loadavg()[0]?.toFixed(1);
  process.stdout.write(
    `machine: ${cpu}, ${cores} cores, ${memoryMiB} MiB, ${system}, Node ${node}, load ${average}\n\n`,
  );
  for (const name of chosen) {
    if (!Object.hasOwn(bars, name)) {
      throw new EspalierError('usage', `no bar is named ${name}`, {
        remedy: `choose of: ${Object.keys(bars).join(', ')}`,
      });
    }
    await bars[name as keyof typeof bars]();
  }
}

watchForInterruption();
try {
  await main();
  process.exitCode = missed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
