import { realRoot } from '../../base/door/handle.ts';
import { costsOne, describeError, EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import { visible, visibleLine } from '../../base/visible.ts';
import type { ScenarioResult } from '../../model/results.ts';
import type { RunOptions } from '../../model/run.ts';
import { keyOf } from '../../model/scenario.ts';
import type { VerdictWord } from '../../model/words.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { readPruned } from '../../store/pruned.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { rebuildResults } from '../../store/run-results.ts';
import { scenarioFolder, suites } from '../../suites/all.ts';
import { askOnTerminal } from '../ask.ts';
import { type GoldenChange, goldenChange, writeGolden } from '../golden-files.ts';
import { goldenFactsText } from '../judging/golden-texts.ts';
import { openForFormat } from '../judging/stored-scenario.ts';
import { selectScenarios } from '../listing.ts';
import { refuseUntrusted } from '../trust.ts';
import { standardOutput } from './run.ts';

interface AcceptOptions {
  readonly yes?: boolean;
  readonly trust?: boolean;
  readonly major?: boolean;
  readonly facts?: boolean;
  readonly suite?: string;
  readonly output?: string;
}

/** Whether a result with this word can become a reference. */
const acceptable: Readonly<Record<VerdictWord, 'yes' | 'with --major' | 'never' | 'nothing to do'>> = {
  unresolved: 'never',
  nondeterminism: 'never',
  livelock: 'never',
  timeout: 'never',
  crash: 'never',
  leak: 'with --major',
  major: 'with --major',
  minor: 'yes',
  unsupported: 'nothing to do',
  passed: 'nothing to do',
};

/** `espalier accept`; returns the exit code. */
export async function acceptCommand(
  run: string,
  selectors: readonly string[],
  options: AcceptOptions,
): Promise<number> {
  const folder = RunFolder.open(findRun(run, runsDir(options.output)));
  // References are written where the run says that its suite is.
  await refuseUntrusted(folder, options.trust);
  const results = await chosenResults(folder, selectors, options.facts === true);
  const changes: GoldenChange[] = [];
  let refused = 0;
  for (const result of results) {
    const reason = refusal(result, options.major === true) ?? prunedReason(folder, result);
    if (reason === undefined) {
      try {
        changes.push(...(await changesOf(folder, result, options)));
        continue;
      } catch (error) {
        if (!costsOne(error)) throw error;
        say(`${visibleLine(keyOf(result))}: refused: ${describeError(error)}`);
      }
    } else say(`${visibleLine(keyOf(result))}: refused: ${reason}`);
    refused += 1;
  }
  if (changes.length === 0) {
    say('nothing to write');
    return refused > 0 ? 1 : 0;
  }
  show(changes);
  if (!(await agreed(changes.length, options.yes === true))) return 1;
  for (const change of changes) writeGolden(change);
  say(`${changes.length} written: ${changes.map(({ path }) => shortPath(path)).join(', ')}`);
  return refused > 0 ? 1 : 0;
}

async function chosenResults(
  folder: RunFolder,
  selectors: readonly string[],
  facts: boolean,
): Promise<ScenarioResult[]> {
  const { results } = rebuildResults(folder);
  const open = results.filter(({ word }) => acceptable[word] !== 'nothing to do' || (facts && word === 'passed'));
  if (selectors.length === 0) return open.filter(({ expected, word }) => !expected || word === 'passed');
  const { scenarios } = folder.run;
  const listed = { name: folder.run.id, list: async () => [...scenarios], load: () => Promise.reject() };
  const chosen = new Set((await selectScenarios([listed], { selectors, status: 'all' })).map(keyOf));
  return open.filter((result) => chosen.has(keyOf(result)));
}

/** Why a result cannot become a reference, with the evidence. */
function refusal({ word, issues }: ScenarioResult, major: boolean): string | undefined {
  const rule = acceptable[word];
  if (rule === 'yes' || rule === 'nothing to do' || (rule === 'with --major' && major)) return undefined;
  const evidence = issues
    .filter((issue) => issue.word === word)
    .map(({ host, file, line, packet, message }) => {
      const place = [host, line === undefined ? file : `${file}:${line}`, packet && `packet ${packet}`];
      return `\n   ${visibleLine([...place.filter(Boolean), message].join(', '))}`;
    });
  return `${word}${rule === 'never' ? ' is never accepted' : ' needs --major'}${evidence.join('')}`;
}

/** Why there is nothing that a reference could be made from. */
function prunedReason(folder: RunFolder, result: ScenarioResult): string | undefined {
  return readPruned(folder.attemptDir({ ...result, attempt: attemptOf(result) }))?.text;
}

function attemptOf({ word, attempts }: ScenarioResult): number {
  return attempts.find((one) => one.word === word)?.attempt ?? 0;
}

async function changesOf(
  folder: RunFolder,
  result: ScenarioResult,
  { suite: tree = folder.run.options.suite, facts }: AcceptOptions,
): Promise<GoldenChange[]> {
  const attemptDir = folder.attemptDir({ ...result, attempt: attemptOf(result) });
  const { format, attempt } = await openForFormat(attemptDir);
  const own = format.folder?.(attempt.scenario);
  const dir =
    own === undefined ? await referencesOf(result, tree) : folderInSuite(folder.run.options, result.suite, own);
  // The consoles of one that passed are as expected, some of them only before received text is adapted.
  const texts = result.word === 'passed' ? [] : (format.golden?.(attempt.scenario, attempt) ?? []);
  return [...texts, ...goldenFactsText(attemptDir, attempt, facts === true)]
    .map((text) => goldenChange(dir, text))
    .filter((change) => change !== undefined);
}

/** The folder of a scenario's file, as the run has it. Throws `scenario` for one that is not where the suite is. */
function folderInSuite({ paths }: RunOptions, suite: string, folder: string): string {
  const root = realRoot(scenarioFolder(suite, paths?.[suite]));
  const real = realRoot(folder);
  if (real === root || real.startsWith(`${root}/`)) return real;
  throw new EspalierError('scenario', `lies outside of its suite, ${root}`, {
    file: folder,
    remedy: 'run the tests where they are now, and accept that run',
  });
}

/** Where the suite keeps the references of its tests. Throws `usage` where it has none that are the user's. */
async function referencesOf({ suite, name }: ScenarioResult, tree: string | undefined): Promise<string> {
  const references = suites.find((one) => one.name === suite)?.references;
  if (references === undefined) throw new EspalierError('usage', `tests of ${suite} have no references to accept`);
  return realRoot(await references(name, tree));
}

function show(changes: readonly GoldenChange[]): void {
  const sink = standardOutput();
  for (const { path, patch } of changes) {
    sink.write(`${visibleLine(shortPath(path))}\n`);
    const lines = visible(Buffer.from(patch, 'latin1').toString('utf8')).split('\n').slice(0, -1);
    for (const line of lines) sink.write(`${sink.terminal ? coloured(line) : line}\n`);
  }
}

function coloured(line: string): string {
  const colour = new Map([
    ['+', 32],
    ['-', 31],
    ['@', 36],
  ]).get(line[0] ?? '');
  return colour === undefined ? line : `\x1b[${colour}m${line}\x1b[0m`;
}

/** Asks on a terminal. Elsewhere nobody can agree. */
async function agreed(files: number, yes: boolean): Promise<boolean> {
  if (yes) return true;
  const answer = await askOnTerminal(`write ${files} ${files === 1 ? 'reference' : 'references'}?`);
  if (answer === undefined) say('nothing is written without a terminal to ask on; --yes writes');
  return answer === true;
}
