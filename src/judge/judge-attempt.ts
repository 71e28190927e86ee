import { isUtf8 } from 'node:buffer';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, EspalierError } from '../base/errors.ts';
import { readJson, writeAtomic } from '../base/files.ts';
import { cacheDir } from '../base/folders.ts';
import type { SanitizerScript } from '../sanitizer/plan-stages.ts';
import { sanitize } from '../sanitizer/sanitize.ts';
import { attemptSchema } from '../store/schemas.ts';
import { receivedText } from '../suite/libreswan/adaptations.ts';
import type { LibreswanScenario } from '../suite/libreswan/libreswan.ts';
import type { AttemptFile } from '../transcript/attempt.ts';
import { consoles } from '../transcript/consoles.ts';
import { compareText } from '../verdict/adapted-text.ts';
import { unifiedDiff } from '../verdict/difference.ts';
import { judgeFacts } from '../verdict/facts/judge-facts.ts';
import { issueOf } from '../verdict/issue.ts';
import { type AttemptEvidence, type ConsoleEvidence, judgeConsoles } from '../verdict/judge-consoles.ts';
import type { Issue, Verdict } from '../verdict/verdict.ts';
import { readAttemptRecords, readMaybePacked } from './attempt-files.ts';
import { goldenIssues } from './golden-facts.ts';
import { composeConsoles, type RawConsoles } from './libreswan-consoles.ts';
import { observe } from './observe.ts';
import {
  type InputFolder,
  inputPath,
  inputsOf,
  readInput,
  readStored,
  type StoredScenario,
  toStored,
} from './stored-scenario.ts';

/** What an attempt is judged by. */
export interface JudgeOptions {
  readonly runDir: string;
  /** Today's scenario in place of the stored one. */
  readonly loaded?: LibreswanScenario | undefined;
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
    verdict = {
      version: 2,
      word: issue.word,
      upstream: 'unresolved',
      issues: [issue],
      adapted: [],
      passesOnlyAdapted: false,
    };
  }
  writeAtomic(join(attemptDir, 'verdict.json'), `${JSON.stringify(verdict, undefined, 1)}\n`);
  return verdict;
}

async function judge(attemptDir: string, { runDir, loaded, cache }: JudgeOptions): Promise<Verdict> {
  const attempt: AttemptFile = readJson(join(attemptDir, 'attempt.json'), attemptSchema);
  const folder = loaded === undefined ? inputsOf(runDir) : { dir: cacheDir('inputs') };
  const stored = loaded === undefined ? readStored(attemptDir) : toStored(loaded, folder);
  const records = readAttemptRecords(attemptDir, attempt.end.word === 'completed');
  const raw = compose(stored, attempt, records.file);
  const endedInOrder = attempt.end.word === 'completed';
  const seen = observe(attemptDir, stored, { file: records.file, endedInOrder });
  const facts = stored.facts === undefined ? undefined : readInput(folder, stored.facts);
  const golden = facts && endedInOrder ? goldenIssues(facts, seen.evidence) : [];
  rmSync(join(attemptDir, 'derived'), { recursive: true, force: true });
  mkdirSync(join(attemptDir, 'derived'));
  const work: Work = {
    attemptDir,
    folder,
    scripts: new Map(Object.entries(stored.sanitizers).map(([name, id]) => [name, script(name, id, folder)])),
    raw,
    cache: cache === false ? undefined : (cache ?? cacheDir('sanitized')),
  };
  const evidence: AttemptEvidence = {
    complete: raw.complete,
    end: attempt.end,
    ...commandOf(stored, attempt),
    consoles: await Promise.all(stored.expectations.map((one) => consoleEvidence(one, work))),
    plutoLogs: plutoLogs(attemptDir, stored),
    issues: [...records.issues, ...seen.issues, ...rawIssues(raw), ...golden],
    facts: judgeFacts(seen.evidence),
  };
  return judgeConsoles(evidence);
}

function compose(stored: StoredScenario, { end }: AttemptFile, records: Parameters<typeof consoles>[0]): RawConsoles {
  const { postMortem } = stored;
  return composeConsoles({
    test: stored.cwd.slice(stored.cwd.lastIndexOf('/') + 1),
    hosts: stored.hosts,
    steps: stored.steps,
    guests: stored.guests,
    ...(postMortem !== undefined && { postMortem }),
    transcripts: consoles(records),
    end: end.word,
  });
}

function commandOf({ steps }: StoredScenario, { end }: AttemptFile): { command?: string } {
  const step = end.step === undefined ? undefined : steps[end.step];
  return step === undefined ? {} : { command: step.line };
}

function rawIssues({ exception, consoles: texts }: RawConsoles): Issue[] {
  const issues = exception ? [issueOf('EXCEPTION', exception)] : [];
  for (const [host, bytes] of texts) {
    if (host === 'all' || isUtf8(bytes)) continue;
    issues.push(issueOf('output-undecodable', { host, message: 'the console holds bytes that are not UTF-8' }));
  }
  return issues;
}

interface Work {
  readonly attemptDir: string;
  readonly folder: InputFolder;
  readonly scripts: ReadonlyMap<string, SanitizerScript>;
  readonly raw: RawConsoles;
  readonly cache: string | undefined;
}

async function consoleEvidence(one: StoredScenario['expectations'][number], work: Work): Promise<ConsoleEvidence> {
  const { host, file } = one;
  const rewrites = receivedText().filter(({ id }) => one.rewrites.includes(id));
  const expected = one.expected === undefined ? undefined : readInput(work.folder, one.expected).toString('latin1');
  const base = { host, file, rewrites, ...(expected !== undefined && { expected }) };
  const raw = work.raw.consoles.get(host);
  if (raw === undefined || raw.length === 0) return base;
  const derived = join(work.attemptDir, 'derived');
  writeAtomic(join(derived, `${host}.console.verbose.txt`), raw);
  const { scripts, cache } = work;
  const result = await sanitize({ names: one.sanitizers, scripts, input: raw, dir: derived, ...(cache && { cache }) });
  const rawText = Buffer.from(raw).toString('latin1');
  if ('problem' in result) return { ...base, raw: rawText, sanitized: result };
  writeAtomic(join(derived, file), result.output);
  const text = Buffer.from(result.output).toString('latin1');
  if (expected !== undefined) {
    const { best } = compareText(expected, text, rewrites);
    const diff = unifiedDiff(expected, best, [`expected/${file}`, `received/${file}`]);
    writeAtomic(join(derived, `${host}.console.diff`), Buffer.from(diff, 'latin1'));
  }
  return { ...base, raw: rawText, sanitized: { text } };
}

function script(name: string, id: string, folder: InputFolder): SanitizerScript {
  return { name, path: inputPath(folder, id), content: readInput(folder, id) };
}

function plutoLogs(attemptDir: string, { hosts, cwd }: StoredScenario): AttemptEvidence['plutoLogs'] {
  return hosts.flatMap((host) => {
    const file = `files${cwd}/OUTPUT/${host}.pluto.log`;
    const bytes = readMaybePacked(join(attemptDir, file));
    return bytes === undefined ? [] : [{ host, file, text: bytes.toString('latin1') }];
  });
}
