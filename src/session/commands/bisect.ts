import { EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import { duration, shellWord } from '../../base/text.ts';
import { visible } from '../../base/visible.ts';
import { runsDir } from '../../store/layout.ts';
import { resultsIn } from '../../store/run-results.ts';
import { type CommitLine, countCommits, describeCommit, parentOf } from '../../supply/source/commits.ts';
import { type BisectEnd, type BisectListener, type BisectStep, bisect } from '../bisect/bisect.ts';
import { outcomeOf, outcomeText } from '../bisect/failure.ts';
import { type BisectOrder, type RawBisectOptions, readOrder } from '../bisect/order.ts';
import { Trials } from '../bisect/trials.ts';
import { writePages } from '../finish.ts';
import { pastForReport } from '../report-past.ts';

/** `espalier bisect`; returns the exit code: 0 the commit was found. */
export async function bisectCommand(test: string, raw: RawBisectOptions): Promise<number> {
  const started = performance.now();
  const order = await readOrder(raw);
  const { dir } = order.request;
  const trials = new Trials({ test, runs: runsDir(raw.output), at: order.at, varies: variedBy(order) });
  print(await headText(test, order));
  const steps: BisectStep[] = [];
  try {
    const listener = tellingListener(trials, steps);
    const end = await bisect(order, trials, { listener, parentOf: (commit) => parentOf(dir, commit) });
    await tellEnd(end, order);
    const built = new Set(steps.map(({ commit }) => commit)).size;
    print(
      `${counted(built, 'commit')} built, ${counted(trials.count, 'lab')}, ${duration(performance.now() - started)}`,
    );
    return end.kind === 'found' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault !== 'cancelled') throw error;
    say(`stopped on request. To go on: ${goOnCommand(test, order, { raw, steps })}`);
    return 130;
  }
}

/** What differs between commits on purpose. */
function variedBy({ request, suiteOf }: BisectOrder): string[] {
  return [request.name === 'linux' ? 'kernel' : 'overlay', ...(suiteOf === 'each' ? ['suite'] : [])];
}

async function headText(test: string, { request, good, bad, change, suiteOf }: BisectOrder): Promise<string> {
  const [older, newer] = change === 'came' ? [good, bad] : [[bad], good[0]];
  const count = await countCommits(request.dir, newer, older);
  const what = change === 'came' ? 'the commit with which it fails' : 'the commit with which it stops failing';
  const tests = suiteOf === undefined ? '' : `; tests of ${suiteOf.slice(0, 12)}`;
  return `${test}: ${what}, among ${count} of ${shortPath(request.dir)}${tests}`;
}

function tellingListener(trials: Trials, steps: BisectStep[]): BisectListener {
  return {
    trying: (_, state) => {
      if (state === undefined) return;
      // The commit before the one that is found is built too.
      const ms = (state.steps + 1) * trials.meanMs;
      const after = `${counted(state.left, 'commit')} left after this one`;
      say(`about ${counted(state.steps, 'step')}, ${duration(ms)}; ${after}`);
    },
    tried: (step) => {
      steps.push(step);
      print(`${step.as.padEnd(4)}  ${step.commit.slice(0, 12)}  ${step.text}`);
    },
  };
}

async function tellEnd(end: BisectEnd, { request: { dir }, change }: BisectOrder): Promise<void> {
  if (end.kind === 'impossible') {
    say(`git gives up: ${end.why}`);
    return;
  }
  if (end.kind === 'open') {
    print(`\nnot found: one of these ${end.commits.length}, and what lies between could not be tried`);
    for (const commit of end.commits) print(`  ${lineOf(await describeCommit(dir, commit))}`);
    return;
  }
  const { trial, parent, noParent } = end;
  const found = await describeCommit(dir, end.commit);
  print(`\n${change === 'came' ? 'it fails since' : 'it no longer fails since'} ${end.commit}`);
  print(`  ${found.author}, ${found.day}\n  ${found.subject}`);
  if (parent !== undefined) print(`before  ${outcomeText(outcomeOf(parent.result))}`);
  print(`since   ${outcomeText(outcomeOf(trial.result))}`);
  if (noParent !== undefined) say(`warning: not confirmed by the commit before: ${noParent}`);
  if (parent === undefined) return;
  const { folder } = trial;
  const past = await pastForReport(folder, { compare: [parent.folder.dir], history: false });
  const index = writePages(folder, resultsIn(folder, [trial.result]), { extent: 'full', ...past });
  print(`both    ${shortPath(index)}#/compare`);
}

function lineOf({ commit, day, subject }: CommitLine): string {
  return `${commit.slice(0, 12)}  ${day}  ${subject}`;
}

/** The command that goes on where this one was stopped: what is known of commits is in its words, so nothing has to be kept. */
function goOnCommand(
  test: string,
  { good, bad, change, suiteOf }: BisectOrder,
  { raw, steps }: { readonly raw: RawBisectOptions; readonly steps: readonly BisectStep[] },
): string {
  const of = (as: BisectStep['as']): string[] =>
    steps.filter((step) => step.as === as && !step.end).map(({ commit }) => commit.slice(0, 12));
  const [goods, bads] = [of('good'), of('bad')];
  const known =
    change === 'came'
      ? { good: goods.length > 0 ? goods : good, bad: bads.at(-1) ?? bad }
      : { good: [goods.at(-1) ?? good[0]], bad: bads.at(-1) ?? bad };
  const { good: _, bad: __, suiteOf: ___, ...others } = raw;
  const words = Object.entries({ ...others, ...known, ...(suiteOf !== undefined && { suiteOf }) });
  const options = words.flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap((one) => [
        `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        shellWord(String(one)),
      ]),
  );
  return ['espalier bisect', ...options, shellWord(test)].join(' ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function print(text: string): void {
  process.stdout.write(visible(`${text}\n`));
}
