import { join } from 'node:path';
import { realRoot } from '../../base/door/handle.ts';
import { readPlainJson } from '../../base/door/read.ts';
import { writePlainIfOther } from '../../base/door/write.ts';
import { describeError, EspalierError } from '../../base/errors.ts';
import { cacheDir } from '../../base/folders.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { openBooks } from '../../judge/books/open-books.ts';
import { lossIssues } from '../../judge/lost-evidence.ts';
import { judgeFacts } from '../../judge/oracles/judge-facts.ts';
import { type AttemptFile, attemptSchema } from '../../model/attempt.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { type Issue, type Verdict, verdictOf } from '../../model/verdict.ts';
import type { PutDerived } from '../../suites/format.ts';
import { readInput, runInputs } from '../../suites/input-folder.ts';
import { clearDerived, Derived } from './derived.ts';
import { goldenIssues } from './golden-facts.ts';
import { incidentsOf } from './incidents.ts';
import { putObserved } from './observed.ts';
import { openForFormat, openWith } from './stored-scenario.ts';

/** What an attempt is judged by. */
export interface JudgeOptions {
  readonly runDir: string;
  /** Content of `attempt.json`, for who has it at hand. */
  readonly file?: AttemptFile | undefined;
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
  const derived = new Derived();
  try {
    verdict = await judge(attemptDir, options, derived);
    await derived.write(attemptDir);
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault === 'bug' || error.fault === 'cancelled') throw error;
    clearDerived(attemptDir);
    const file = error.detail.file?.replace(`${attemptDir}/`, '').replace(`${options.runDir}/`, '');
    const issue = issueOf('unreadable-file', {
      message: file ? error.message : describeError(error),
      ...(file && { file }),
    });
    verdict = verdictOf(issue);
  }
  writePlainIfOther(join(attemptDir, 'verdict.json'), `${JSON.stringify(verdict, undefined, 1)}\n`);
  return verdict;
}

/** What all formats share: records, facts and golden facts. The rest is the format's. */
async function judge(attemptDir: string, options: JudgeOptions, derived: Derived): Promise<Verdict> {
  const { runDir, loaded, cache } = options;
  const { end, lacks, walls } = options.file ?? readPlainJson(join(attemptDir, 'attempt.json'), attemptSchema);
  const folder = loaded === undefined ? runInputs(runDir) : { dir: realRoot(cacheDir('inputs')) };
  const opened = loaded === undefined ? openForFormat(attemptDir) : openWith(attemptDir, loaded, folder);
  const { format, attempt } = await opened;
  const { scenario, evidence } = attempt;
  const endedInOrder = end.word === 'completed';
  const captured = !lacks?.includes('captures');
  const { commands } = evidence;
  const damage = [
    ...damageIssues(attempt, { endedInOrder, captured }),
    ...(captured ? openBooks(attempt) : []),
    // Of processes behind walls: whoever starts them makes it.
    ...(walls === undefined ? [] : kernelLogIssues(attempt)),
    ...lossIssues(attempt.losses, { commands, hosts: scenario.hosts, names: attempt.names(), captured }),
  ];
  const expected = scenario.facts === undefined ? undefined : readInput(folder, scenario.facts);
  const found = judgeFacts(evidence, scenario.tolerates);
  const incidents = await incidentsOf(attempt, format, folder);
  const tolerated = [...incidents.tolerated, ...found.tolerated];
  const facts = { ...found, issues: [...incidents.issues, ...found.issues] };
  const put: PutDerived = (name, content) => derived.put(name, content);
  const { verdict: judged, ...more } = await format.judge(scenario, {
    attempt,
    end,
    put,
    folder,
    cache: cache === false ? undefined : (cache ?? cacheDir('sanitized')),
    damage,
    golden: expected && endedInOrder ? goldenIssues(expected, evidence) : [],
    facts,
  });
  const verdict = tolerated.length === 0 ? judged : { ...judged, tolerated };
  putObserved(put, attempt, { facts, judgement: { verdict, ...more }, captured, incidents: incidents.incidents });
  return verdict;
}

/** What an attempt's files can be expected to hold. */
interface Expected {
  readonly endedInOrder: boolean;
  /** Its substrate takes captures. */
  readonly captured: boolean;
}

/** Without its log nobody knows that the kernel reported nothing. */
function kernelLogIssues(attempt: Attempt): Issue[] {
  const file = 'kernel.log';
  if (attempt.read(file) !== undefined) return [];
  return [issueOf('unreadable-file', { file, message: 'is missing, and with it all that the kernel reported' })];
}

/** Damage counts unless the lab did not end in order and may have left the file so. */
function damageIssues({ damage }: Attempt, { endedInOrder, captured }: Expected): Issue[] {
  return damage
    .filter(({ cutShort, file }) => (endedInOrder || !cutShort) && (captured || file === 'records'))
    .map(({ file, message }) => issueOf(file === 'records' ? 'record-damage' : 'capture-damage', { file, message }));
}
