import { availableParallelism } from 'node:os';
import { costsOne, describeError } from '../../base/errors.ts';
import { say, warn } from '../../base/log.ts';
import { visibleLine } from '../../base/visible.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { keyOf, type ScenarioEntry } from '../../model/scenario.ts';
import type { Suite } from '../../model/suite.ts';
import { type Verdict, verdictOf } from '../../model/verdict.ts';
import { keepAttempts } from '../../store/keeping.ts';
import { readPruned } from '../../store/pruned.ts';
import type { AttemptPlace, RunFolder } from '../../store/run-folder.ts';
import { storedResult } from '../../store/run-results.ts';
import { openSuites, openSupply } from '../local/open.ts';
import { judgeAttempt } from './judge-attempt.ts';

/**
 * Judges every attempt whose lab is over, but for those that were pruned; as many tests at once as there are cores. An attempt
 * whose folder cannot be read or written, or whose test is broken today, is `unresolved`, and costs no other one.
 */
export async function judgeRun(folder: RunFolder, tree: string | undefined): Promise<ScenarioResult[]> {
  const suites = await suitesOf(folder, tree);
  const found = new Map<ScenarioEntry, ScenarioResult>();
  const pruned = new Map<string, number>();
  const work = folder.run.scenarios.values();
  const judge = async (): Promise<void> => {
    for (const entry of work) {
      const result = await judgeEntry(entry, { folder, suites, pruned });
      if (result !== undefined) found.set(entry, result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, judge));
  for (const [text, count] of pruned) say(`attempts that keep their verdicts: ${count}, ${text}`);
  return [...found.values()];
}

/** By the stored references no suite is needed at all. */
async function suitesOf({ run }: RunFolder, tree: string | undefined): Promise<ReadonlyMap<string, Suite>> {
  if (tree === undefined) return new Map();
  const supply = openSupply(run.options, new AbortController().signal);
  const names = [...new Set(run.scenarios.map(({ suite }) => suite))];
  return openSuites(names, { ...run.options, suite: tree }, supply);
}

interface Judging {
  readonly folder: RunFolder;
  readonly suites: ReadonlyMap<string, Suite>;
  /** How many attempts were pruned, by what is said about them. */
  readonly pruned: Map<string, number>;
}

async function judgeEntry(entry: ScenarioEntry, judging: Judging): Promise<ScenarioResult | undefined> {
  const { folder } = judging;
  const unjudged = new Map<number, Verdict>();
  for (const place of folder.toJudge(entry)) {
    try {
      await judgeOne(entry, place, judging);
    } catch (error) {
      if (!costsOne(error)) throw error;
      const message = describeError(error);
      warn(`${visibleLine(keyOf(entry))}, attempt ${place.attempt}: ${message}`);
      unjudged.set(place.attempt, verdictOf(issueOf('no-judgement', { message })));
    }
  }
  const result = storedResult(folder, entry, unjudged);
  if (result !== undefined) await keepAttempts(folder, result);
  return result;
}

async function judgeOne(entry: ScenarioEntry, { dir }: AttemptPlace, judging: Judging): Promise<void> {
  const { folder, suites, pruned } = judging;
  const gone = readPruned(dir);
  if (gone !== undefined) pruned.set(gone.text, (pruned.get(gone.text) ?? 0) + 1);
  else await judgeAttempt(dir, { runDir: folder.dir, loaded: await suites.get(entry.suite)?.load(entry.name) });
}
