/** Tests against mutants: what each test reaches is learned first, then every mutant meets those that reach it. */
import { setFlagsFromString } from 'node:v8';
import { EspalierError } from '../../src/base/errors.ts';
import { type ChosenTests, chooseTests } from './choose-tests.ts';
import { type Mutant, mutated } from './mutants.ts';
import type { Result } from './report.ts';
import type { Thread } from './thread.ts';
import { onThreads } from './threads.ts';
import { invalid, type Learned } from './worker.ts';

/** CPU milliseconds that tests may take with a mutant, where they took `ms` without it and without V8's optimizers. */
const limitOf = (ms: number): number => 1000 + 3 * ms;
/** The same for a whole test file that is met for the first time. */
const learningLimit = 300_000;

const say = (line: string): unknown => process.stderr.write(`${line}\n`);

async function learnOne(file: string, thread: Thread): Promise<Learned[]> {
  const ending = await thread.run<Learned>({ learn: file }, learningLimit);
  // What a thread has met of imports and counters is of one test file.
  await thread.stop();
  if ('died' in ending) say(`${file} is left out: ${ending.died}`);
  if ('died' in ending) return [];
  const { failing } = ending.answer;
  if (failing.length > 0) say(`${file}: left out, since they fail without a mutant: ${failing.join('; ')}`);
  return [ending.answer];
}

/** What V8 has optimized and inlined counts nothing, so that tests would seem not to reach what they run. */
const optimizers = ['opt', 'maglev'];

/** What each of some test files reaches. */
export async function learn(testFiles: readonly string[], jobs: number): Promise<Learned[]> {
  for (const one of optimizers) setFlagsFromString(`--no-${one}`);
  try {
    return (await onThreads(jobs, testFiles, learnOne)).flat();
  } finally {
    for (const one of optimizers) setFlagsFromString(`--${one}`);
  }
}

export interface Bench {
  /** What is in the files that mutants change. */
  readonly texts: ReadonlyMap<string, string>;
  readonly learned: readonly Learned[];
  /** Threads at a time. */
  readonly jobs: number;
}

/** Who notices a change of a file; undefined: nobody. */
async function meet(text: string, { ms, file, ...trial }: ChosenTests, thread: Thread): Promise<string | undefined> {
  const ending = await thread.run<string | undefined>({ trial: { ...trial, changed: { file, text } } }, limitOf(ms));
  return 'died' in ending ? ending.died : ending.answer;
}

/** Tests must hold where nothing is changed: else what kills a mutant would be the bench itself. */
async function control({ texts, learned, jobs }: Bench): Promise<void> {
  await onThreads(jobs, [...texts], async ([file, text], thread) => {
    const found = await meet(text, chooseTests(learned, { file, start: 0, end: text.length }), thread);
    if (found !== undefined) throw new EspalierError('bug', `fails although nothing is changed: ${found}`, { file });
  });
}

/** Tries all mutants; those that are no programs are left out. */
export async function tryAll(mutants: readonly Mutant[], bench: Bench): Promise<Result[]> {
  const { texts, learned, jobs } = bench;
  await control(bench);
  let done = 0;
  const results = await onThreads(jobs, mutants, async (mutant, thread): Promise<Result> => {
    const text = mutated(texts.get(mutant.file) ?? '', mutant);
    const killedBy = await meet(text, chooseTests(learned, mutant.place), thread);
    done += 1;
    if (done % 500 === 0) say(`${done} of ${mutants.length}`);
    return { mutant, killedBy };
  });
  return results.filter(({ killedBy }) => killedBy !== invalid);
}
