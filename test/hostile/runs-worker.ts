/** Spoils run folders and visits them with every command, one batch after the other; the parent watches the time. */
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Draw } from '../mischief/draw.ts';
import { type Bench, mutations } from './mutate-run.ts';
import { canary, Planted } from './planted.ts';
import { type Batch, nothing, type Word } from './runs-batch.ts';
import { Traps } from './traps.ts';
import { crashOf, judgeRun, pruneAll, type Visitor, visitRun, visitRuns, visitServer } from './visit-runs.ts';
import { walkTree } from './walk-tree.ts';

/** Memory that no command may go over. */
const mostMiB = 1024;

/** Names of tests in the pattern; each has one attempt. */
const tests = ['good', 'bad', 'other'];
const attemptOf = (test: string): string => `attempts/libreswan/${test}/0`;
/** What can be made again, so that spoiling it costs no verdict. */
const derived = /^(report|results\.jsonl?)(\/|$)/;

let printed = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (text: string | Uint8Array): boolean => {
    printed += Buffer.from(text as string).toString('latin1');
    return true;
  };
}

const say = (word: Word): void => void process.send?.(word);

function isBehindLink(run: string, name: string): boolean {
  const folders = name.split('/').slice(0, -1);
  const linked = (at: number) => lstatSync(join(run, ...folders.slice(0, at + 1)), { throwIfNoEntry: false });
  return folders.some((_, at) => linked(at)?.isSymbolicLink() === true);
}

/** Of a planted file, by a hard link that was put in its place. */
function isOtherName(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === false && stat.nlink > 1;
}

/** Spoils a run in one to three places. Returns them, and the tests that were left alone. */
function spoil(run: string, bench: Bench): { readonly done: string[]; readonly untouched: string[] } {
  const { draw } = bench;
  const done: string[] = [];
  const touched = new Set<string>();
  for (let count = 1 + Math.floor(draw.next() * 3); count > 0; count -= 1) {
    const made = [
      'lock',
      'baseline.json',
      'report/data',
      ...tests.map((test) => `${attemptOf(test)}/pruned.json`),
      `${attemptOf('bad')}/lab`,
    ];
    const name = draw.of([...walkTree(run), ...made]);
    const [kind = '', mutate = () => {}] = draw.of(Object.entries(mutations));
    const test = tests.find((one) => `${name}/`.startsWith(`${attemptOf(one)}/`));
    // A change beside a folder's name is one of what it lies in.
    const stays = test !== undefined && name !== attemptOf(test) ? [test] : derived.test(name) ? [] : tests;
    for (const one of stays) touched.add(one);
    try {
      // A folder of the run may be a link by now, and what lies behind it is not ours to spoil.
      if (isBehindLink(run, name) || isOtherName(join(run, name))) throw new Error('behind a link');
      mutate(join(run, name), bench);
      done.push(`${kind} ${name}`);
    } catch (error) {
      done.push(`${kind} ${name} (${(error as Error).message.slice(0, 60)})`);
    }
  }
  return { done, untouched: tests.filter((one) => !touched.has(one)) };
}

async function visitBatch({ work, pattern, templates, seed, size }: Batch): Promise<void> {
  const dir = join(work, `batch-${process.pid}`);
  mkdirSync(join(dir, 'runs'), { recursive: true });
  process.chdir(dir);
  const planted = new Planted(join(dir, 'planted'));
  const traps = new Traps();
  const bench: Bench = { draw: new Draw(seed), planted, templates };
  const problems: string[] = [];
  const visitor = visitorOf(problems, seed);
  const spoiled = Array.from({ length: size }, (_, at) => {
    const id = `2020-01-01_${String(at).padStart(3, '0')}`;
    const run = join(dir, 'runs', id);
    cpSync(pattern.run, run, { recursive: true });
    const { done, untouched } = spoil(run, bench);
    // What stands there was copied: only a verdict that is found again says that the attempt can be judged.
    for (const test of untouched) rmSync(join(run, attemptOf(test), 'verdict.json'));
    return { id, run, done, untouched };
  });
  let [kept, wentOn] = [0, 0];
  const check = (id: string, done: readonly string[]): void => {
    const found = [
      planted.damage,
      printed.includes(canary) ? 'a secret was shown' : undefined,
      /^ {4}at .*:\d+/m.exec(printed)?.[0],
      traps.sprung(),
    ];
    for (const one of found) if (one !== undefined) problems.push(`${seed} ${id} [${done.join(', ')}]: ${one}`);
    printed = '';
  };
  for (const { id, run, done, untouched } of spoiled) {
    const sameVerdicts = (when: string): void => {
      for (const test of untouched) {
        const [before, after] = [pattern.run, run].map((root) => verdictIn(join(root, attemptOf(test))));
        if (before !== after)
          problems.push(`${seed} ${id} [${done.join(', ')}]: ${when}, ${test} has another verdict: ${after}`);
      }
    };
    kept += untouched.length;
    // Where an earlier run's references were accepted, this one would be refused.
    rmSync(join(dir, 'testing'), { recursive: true, force: true });
    cpSync(pattern.suite, join(dir, 'testing'), { recursive: true });
    await judgeRun(join(dir, 'runs'), id, visitor);
    sameVerdicts('judged');
    wentOn += await visitRun(join(dir, 'runs'), id, visitor);
    sameVerdicts('in the end');
    check(id, done);
  }
  await visitRuns(join(dir, 'runs'), visitor);
  const served = spoiled.slice(0, Math.ceil(size / 4));
  await visitServer(
    join(dir, 'runs'),
    served.map(({ id }) => id),
    visitor,
  );
  await pruneAll(join(dir, 'runs'), visitor);
  check(
    'all',
    served.flatMap(({ done }) => done),
  );
  if (existsSync('/tmp/outside') || existsSync(join(work, 'outside')))
    problems.push(`${seed}: an archive was unpacked outside`);
  makeRemovable(dir);
  process.chdir(work);
  rmSync(dir, { recursive: true, force: true });
  const { seesReads } = planted;
  say({ problems, runs: size, kept, wentOn, seesReads, peakMiB: process.resourceUsage().maxRSS >> 10 });
}

/** Gives this user the right to remove what is below a folder. What a link leads to is somebody else's. */
function makeRemovable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) makeRemovable(join(folder, entry.name));
}

function verdictIn(attempt: string): string {
  const file = join(attempt, 'verdict.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : 'none';
}

/** Beyond so much the rests of a command are taken away. */
const collectMiB = 256;

function visitorOf(problems: string[], seed: string): Visitor {
  let isLarge = false;
  return {
    saw: (text) => {
      printed += text;
    },
    problem: (text) => void problems.push(`${seed} ${text}`),
    visit: async (what, work) => {
      say({ doing: what });
      let refused: unknown;
      try {
        await work();
      } catch (error) {
        refused = error;
        const crash = crashOf(error);
        if (crash !== undefined) problems.push(`${seed} ${what}: ${crash}`);
      }
      // Each command is a process of its own where people run it, without what the ones before have left.
      if (process.memoryUsage.rss() >> 20 > collectMiB) gc?.();
      const peakMiB = process.resourceUsage().maxRSS >> 10;
      if (peakMiB > mostMiB && !isLarge) problems.push(`${seed} ${what}: ${peakMiB} MiB of memory`);
      isLarge ||= peakMiB > mostMiB;
      return refused;
    },
  };
}

process.on('uncaughtException', (error) => say({ ...nothing, problems: [`uncaught: ${error.stack}`] }));
// A bench that was killed hears nothing more, and saying so is an error of its own, over and over.
process.once('disconnect', () => process.exit());
process.on('message', (batch) => void visitBatch(batch as Batch));
