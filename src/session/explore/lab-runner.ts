import { join } from 'node:path';
import { removeTree } from '../../base/door/folders.ts';
import { makeFolder } from '../../base/door/write.ts';
import { type AttemptSettings, runAttempt } from '../../lab/attempt.ts';
import type { Suite } from '../../model/suite.ts';
import { effectsOf } from '../../results/explore/effects.ts';
import { exploredMessages } from '../../results/explore/messages.ts';
import { type Plan, rulesOf } from '../../results/explore/plans.ts';
import { openAttempt } from '../../store/open-attempt.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { storeScenario } from '../judging/stored-scenario.ts';
import type { Explored } from './explored.ts';

/** A scenario whose labs are made with fault plans. */
export interface ExploredScenario {
  readonly suite: Suite;
  readonly name: string;
  readonly settings: AttemptSettings;
  readonly signal: AbortSignal;
  /** Folder for attempts, and for what all of them are judged by. */
  readonly folder: string;
}

/** What makes a lab of a plan, judges it and removes its files: the plan makes them again. */
export function labRunner({
  suite,
  name,
  settings,
  signal,
  folder,
}: ExploredScenario): (plan: Plan) => Promise<Explored> {
  let labs = 0;
  return async (plan) => {
    labs += 1;
    const dir = join(folder, 'attempts', String(labs));
    makeFolder(dir);
    const order = {
      ...{ suite: suite.name, name, attempt: 0, dir, signal },
      load: () => suite.load(name),
      store: (loaded: Awaited<ReturnType<Suite['load']>>) => storeScenario(folder, dir, loaded),
    };
    const file = await runAttempt(order, { ...settings, faults: rulesOf(plan) });
    const verdict = await judgeAttempt(dir, { runDir: folder, file });
    const attempt = openAttempt(dir);
    const explored = { plan, verdict, messages: exploredMessages(attempt), ...effectsOf(attempt) };
    removeTree(dir);
    return explored;
  };
}
