import { join } from 'node:path';
import { removeTree } from '../../base/door/folders.ts';
import { makeFolder } from '../../base/door/write.ts';
import { parseJson } from '../../base/files.ts';
import { type AttemptSettings, runAttempt } from '../../lab/attempt.ts';
import { outcomesSchema } from '../../model/check-outcomes.ts';
import type { Matcher } from '../../model/checks.ts';
import type { Suite } from '../../model/suite.ts';
import { effectsOf, patience } from '../../results/explore/effects.ts';
import { exploredMessages } from '../../results/explore/messages.ts';
import { type Plan, rulesOf } from '../../results/explore/plans.ts';
import { attemptFiles } from '../../store/attempt-files.ts';
import { openAttempt } from '../../store/open-attempt.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { storeScenario } from '../judging/stored-scenario.ts';
import type { Explored } from './explored.ts';

/** A scenario whose labs are made with fault plans. */
export interface ExploredScenario {
  readonly suite: Suite;
  readonly name: string;
  readonly settings: Omit<AttemptSettings, 'traffic'>;
  /** Virtual ns within which tunnels have to carry traffic at the end of a lab that is asked for it. */
  readonly traffic: bigint;
  readonly signal: AbortSignal;
  /** Folder for attempts, and for what all of them are judged by. */
  readonly folder: string;
}

/** What makes a lab of a plan, judges it and removes its files: the plan makes them again. */
export function labRunner({
  suite,
  name,
  settings,
  traffic,
  signal,
  folder,
}: ExploredScenario): (plan: Plan, isAsked: boolean) => Promise<Explored> {
  let labs = 0;
  return async (plan, isAsked) => {
    labs += 1;
    const dir = join(folder, 'attempts', String(labs));
    makeFolder(dir);
    const order = {
      ...{ suite: suite.name, name, attempt: 0, dir, signal },
      load: () => suite.load(name),
      store: (loaded: Awaited<ReturnType<Suite['load']>>) => storeScenario(folder, dir, loaded),
    };
    const file = await runAttempt(order, { ...settings, ...(isAsked && { traffic }), faults: rulesOf(plan) });
    const verdict = await judgeAttempt(dir, { runDir: folder, file });
    const attempt = openAttempt(dir);
    // What is sent while the lab rests at its end is none of the scenario's, and nothing would judge a fault of it.
    const last = isAsked ? attempt.end.time - patience : attempt.end.time;
    const messages = exploredMessages(attempt).filter(({ copies: [first = 0n] }) => first <= last);
    const explored = { plan, verdict, messages, absent: absentTunnels(dir), ...effectsOf(attempt) };
    removeTree(dir);
    return explored;
  };
}

/** Which tunnels nobody could ask, as the check of each says. */
function absentTunnels(dir: string): string[] {
  const bytes = attemptFiles(dir).read('derived/checks.json');
  if (bytes === undefined) return [];
  const { checks } = parseJson(Buffer.from(bytes).toString('utf8'), outcomesSchema, 'derived/checks.json');
  return checks
    .filter(({ asked, outcome }) => asked === ('traffic' satisfies Matcher) && outcome === 'undecided')
    .map(({ expected }) => expected);
}
