import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, EspalierError } from '../../base/errors.ts';
import { readJson, writeAtomic } from '../../base/files.ts';
import { cacheDir } from '../../base/folders.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { judgeFacts } from '../../judge/oracles/judge-facts.ts';
import { attemptSchema } from '../../model/attempt.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { type Issue, type Verdict, verdictOf } from '../../model/verdict.ts';
import { readInput, runInputs } from '../../suites/input-folder.ts';
import { goldenIssues } from './golden-facts.ts';
import { writeObserved } from './observed.ts';
import { openForFormat, openWith } from './stored-scenario.ts';

/** What an attempt is judged by. */
export interface JudgeOptions {
  readonly runDir: string;
  /** Today's scenario in place of the stored one. */
  readonly loaded?: LoadedScenario | undefined;
  /** Folder of sanitized texts by hash; `false`: sanitize anew. */
  readonly cache?: string | false;
}

/**
 * Judges an attempt by the files of its run and writes `derived/` and `verdict.json`. The same
 * files give the same bytes. What cannot be read makes the verdict `unresolved`; nothing is thrown
 * for it.
 */
export async function judgeAttempt(attemptDir: string, options: JudgeOptions): Promise<Verdict> {
  let verdict: Verdict;
  try {
    verdict = await judge(attemptDir, options);
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault === 'bug' || error.fault === 'cancelled') throw error;
    const file = error.detail.file?.replace(`${attemptDir}/`, '').replace(`${options.runDir}/`, '');
    const issue = issueOf('unreadable-file', {
      message: file ? error.message : describeError(error),
      ...(file && { file }),
    });
    verdict = verdictOf(issue);
  }
  writeAtomic(join(attemptDir, 'verdict.json'), `${JSON.stringify(verdict, undefined, 1)}\n`);
  return verdict;
}

/** What all formats share: records, facts and golden facts. The rest is the format's. */
async function judge(attemptDir: string, { runDir, loaded, cache }: JudgeOptions): Promise<Verdict> {
  const { end, lacks } = readJson(join(attemptDir, 'attempt.json'), attemptSchema);
  const folder = loaded === undefined ? runInputs(runDir) : { dir: cacheDir('inputs') };
  const opened = loaded === undefined ? openForFormat(attemptDir) : openWith(attemptDir, loaded, folder);
  const { format, attempt } = await opened;
  const { scenario, evidence } = attempt;
  const endedInOrder = end.word === 'completed';
  const captured = !lacks?.includes('captures');
  const damage = damageIssues(attempt, { endedInOrder, captured });
  const expected = scenario.facts === undefined ? undefined : readInput(folder, scenario.facts);
  rmSync(join(attemptDir, 'derived'), { recursive: true, force: true });
  mkdirSync(join(attemptDir, 'derived'));
  const facts = judgeFacts(evidence);
  const judgement = await format.judge(scenario, {
    attemptDir,
    attempt,
    end,
    folder,
    cache: cache === false ? undefined : (cache ?? cacheDir('sanitized')),
    damage,
    golden: expected && endedInOrder ? goldenIssues(expected, evidence) : [],
    facts,
  });
  writeObserved(attemptDir, attempt, { facts, judgement, captured });
  return judgement.verdict;
}

/** What an attempt's files can be expected to hold. */
interface Expected {
  readonly endedInOrder: boolean;
  /** Its substrate takes captures. */
  readonly captured: boolean;
}

/** Damage counts unless the lab did not end in order and may have left the file so. */
function damageIssues({ damage }: Attempt, { endedInOrder, captured }: Expected): Issue[] {
  return damage
    .filter(({ cutShort, file }) => (endedInOrder || !cutShort) && (captured || file === 'records'))
    .map(({ file, message }) => issueOf(file === 'records' ? 'record-damage' : 'capture-damage', { file, message }));
}
