import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../src/base/files.ts';
import type { Attempt } from '../../src/evidence/attempt/attempt.ts';
import { kernelStart } from '../../src/evidence/attempt/kernel-start.ts';
import { type AttemptSettings, runAttempt } from '../../src/lab/attempt.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import type { LoadedScenario, Suite } from '../../src/model/suite.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { judgeAttempt } from '../../src/session/judging/judge-attempt.ts';
import { openForFormat, storeScenario } from '../../src/session/judging/stored-scenario.ts';
import type { Deed } from './kinds.ts';
import { nothing } from './kinds.ts';
import { scriptOf, scriptPath, startLine } from './script.ts';

/** A test, and what its labs are run with. */
export interface Bench {
  readonly suite: Suite;
  readonly name: string;
  readonly settings: AttemptSettings;
  /** Folder of its own. */
  readonly dir: string;
}

export interface Ended {
  readonly verdict: Verdict;
  readonly attempt: Attempt;
  readonly plan: LabPlan;
}

/** The plan with the program on one host, or on the first where it does nothing. */
function withScript(
  plan: LabPlan,
  deed: (Pick<Deed, 'host' | 'action'> & { readonly uptime: number }) | undefined,
): LabPlan {
  const host = deed?.host ?? plan.topology.hosts[0]?.name ?? '';
  const content = scriptOf(deed?.action ?? nothing, deed?.uptime ?? 0);
  return {
    ...plan,
    files: [...plan.files, { host, path: scriptPath, mode: 0o700, content }],
    shellSetup: [...plan.shellSetup, startLine],
  };
}

/** When the kernel booted, in virtual nanoseconds since 1970. */
export function bootOf({ attempt: { records } }: Pick<Ended, 'attempt'>): bigint {
  const start = kernelStart(records);
  if (start === undefined) throw new Error('the records do not say when the kernel booted');
  return start;
}

/** Runs a test once in a run folder of its own, undisturbed or with a deed of which an earlier lab told the time, and judges it. */
export async function tryOnce(
  bench: Bench,
  mischief?: { readonly deed: Deed; readonly before: Pick<Ended, 'attempt'> },
): Promise<Ended> {
  const { suite, name, settings } = bench;
  const dir = join(bench.dir, mischief === undefined ? 'undisturbed' : 'disturbed');
  rmSync(dir, { recursive: true, force: true });
  const attemptDir = join(dir, 'attempt');
  mkdirSync(attemptDir, { recursive: true });
  const loaded = await suite.load(name);
  const planted = mischief && {
    ...mischief.deed,
    uptime: Number(mischief.deed.moment - bootOf(mischief.before)) / 1e9,
  };
  const changed: LoadedScenario = { ...loaded, plan: withScript(loaded.plan, planted) };
  const file = await runAttempt(
    {
      suite: suite.name,
      name,
      attempt: 0,
      dir: attemptDir,
      load: async () => changed,
      store: (one) => storeScenario(dir, attemptDir, one),
      signal: AbortSignal.timeout(3_600_000),
    },
    settings,
  );
  writeAtomic(join(attemptDir, 'attempt.json'), JSON.stringify(file));
  const verdict = await judgeAttempt(attemptDir, { runDir: dir, file });
  const { attempt } = await openForFormat(attemptDir);
  return { verdict, attempt, plan: changed.plan };
}
