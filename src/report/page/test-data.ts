import { join } from 'node:path';
import { describeError, EspalierError } from '../../base/errors.ts';
import { readJsonIfPresent } from '../../base/files.ts';
import { secondsText, shellWord } from '../../base/text.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { AttemptFile } from '../../model/attempt.ts';
import { attemptSchema } from '../../model/attempt.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import type { FactSummary } from '../../model/verdict.ts';
import { verdictSchema } from '../../model/verdict.ts';
import { seedsText } from '../../results/seeds.ts';
import { hasAttemptFile } from '../../store/attempt-files.ts';
import { attemptPath } from '../../store/layout.ts';
import { openAttempt } from '../../store/open-attempt.ts';
import { readPruned } from '../../store/pruned.ts';
import type { Rerun } from '../reporter.ts';
import { rerunCommand } from '../terminal/summary.ts';
import { checksOf } from './checks.ts';
import { dataVersion, type TestData } from './data.ts';
import { copyDownloads, type PutFile } from './downloads.ts';
import { factChecks, issuesOf, meaningOf } from './issues.ts';
import { type LabView, type LabWish, readLab } from './lab-data.ts';

/** How much of a test the report holds: all; what went over links and the SAs; the verdict alone. */
export type Depth = 'full' | 'compact' | 'verdict';

/** What the data of a test is made from. */
export interface TestSource {
  readonly runDir: string;
  readonly runId: string;
  /** Takes what can be downloaded. */
  readonly put: PutFile;
  readonly rerun: Rerun;
  readonly depth: Depth;
  /** Its number in the run. */
  readonly number: string;
}

/** The data of one test by its last attempt; puts what can be downloaded. What cannot be read is told in `notes`. */
export function testData(result: ScenarioResult, source: TestSource): TestData {
  const last = result.attempts.at(-1);
  const dir = last && join(source.runDir, attemptPath({ ...result, attempt: last.attempt }));
  const notes: string[] = [];
  const full = source.depth === 'full' && dir !== undefined;
  const attempt = dir === undefined ? undefined : openAttempt(dir);
  const read = <T>(what: string, work: (from: string, attempt: Attempt) => T): T | undefined =>
    dir === undefined || attempt === undefined || source.depth === 'verdict'
      ? undefined
      : tried(notes, what, () => work(dir, attempt));
  const pruned = dir === undefined ? undefined : tried(notes, 'pruned.json', () => readPruned(dir));
  if (pruned !== undefined) notes.push(`its artifacts were ${pruned.text}; verdict and results are kept`);
  const description = read('scenario.json', (from, one) =>
    hasAttemptFile(from, 'scenario.json') ? one.scenario.description : undefined,
  );
  const view = read('what the lab recorded cannot be shown', (from, one) =>
    labOf(from, one, { full, verdict: result.issues }),
  );
  notes.push(...(view?.notes ?? []));
  const issues = issuesOf(result.issues, view);
  if (!full && last !== undefined) {
    notes.push(`this report holds compact facts of it; espalier report ${source.runId} --full`);
  }
  const checks = read('checks.json', (from) => checksOf(from, view?.clock)) ?? [];
  const files = { put: source.put, folder: `files/${source.number}`, evidence: view?.evidence };
  const reading = <T>(what: string, one: () => T): T | undefined => tried(notes, what, one);
  const title = `${keyOf(result)} of run ${source.runId}`;
  const downloads = full
    ? read('files', (from, one) => copyDownloads({ ...files, attemptDir: from, attempt: one, title, tried: reading }))
    : [];
  return {
    version: dataVersion,
    suite: result.suite,
    name: result.name,
    word: result.word,
    meaning: meaningOf(result.word),
    ...(description !== undefined && { description }),
    expected: result.expected,
    ...(result.change && { change: result.change }),
    facts: factsOf(result, dir),
    commands: commandsOf(result, source),
    issues,
    checks: [...factChecks(issues), ...checks],
    downloads: downloads ?? [],
    ...(view && { lab: view.lab }),
    notes,
  };
}

/** A file that cannot be read costs its part of one page, never the report. */
function tried<T>(notes: string[], what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EspalierError) && !(error instanceof RangeError)) throw error;
    notes.push(`${what}: ${describeError(error)}`);
    return undefined;
  }
}

function labOf(dir: string, attempt: Attempt, wish: LabWish): LabView | undefined {
  return hasAttemptFile(dir, 'records') ? readLab(dir, attempt, wish) : undefined;
}

function commandsOf(result: ScenarioResult, { runId, rerun }: TestSource): TestData['commands'] {
  const key = shellWord(keyOf(result));
  const again: TestData['commands'] = [['run it again', rerunCommand(result, rerun)]];
  if (result.attempts.length === 0) return again;
  return [
    ...again,
    ['repeat it to the byte', `./espalier replay ${runId} ${key}`],
    ['a terminal on its hosts', `./espalier shell ${key}`],
    ['open ESP in Wireshark', `./espalier pcap ${runId} ${key}`],
  ];
}

function factsOf(result: ScenarioResult, dir: string | undefined): [string, string][] {
  const facts: [string, string][] = [];
  const last = result.attempts.at(-1);
  if (result.change !== undefined) facts.push(['against the baseline', result.change]);
  if (result.chance !== undefined) facts.push(['depends on chance', seedsText(result.chance)]);
  facts.push(['hosts', result.hosts.join(', ') || 'none']);
  if (last?.time !== undefined) {
    const clock = last.lacks?.includes('virtualTime') ? 'in the lab (not virtual)' : 'virtual';
    facts.push([
      'time',
      `${secondsText(Number(last.time.virtualNs) / 1e6)} ${clock}, ${secondsText(last.time.wallMs)} wall`,
    ]);
  }
  if (last?.end !== undefined && last.end.word !== 'completed') {
    facts.push(['the lab', [last.end.word, last.end.detail].filter(Boolean).join(': ')]);
  }
  if (result.attempts.length > 1) facts.push(['attempts', result.attempts.map(({ word }) => word).join(', ')]);
  if (last?.seed !== undefined) facts.push(['seed', last.seed]);
  if (last?.lacks !== undefined) facts.push(['the substrate lacks', last.lacks.join(', ')]);
  if (result.adapted.length > 0) facts.push(['adaptations', result.adapted.join(', ')]);
  if (dir !== undefined) facts.push(...storedFacts(dir));
  facts.push(['upstream', `${result.upstream} (status ${result.status})`]);
  return facts;
}

/** What the attempt's own files say; what cannot be read is told by the verdict already. */
function storedFacts(dir: string): [string, string][] {
  const read = <T>(name: string, schema: { parse(value: unknown): T }): T | undefined => {
    try {
      return readJsonIfPresent(join(dir, name), schema);
    } catch (error) {
      if (error instanceof EspalierError) return undefined;
      throw error;
    }
  };
  const seen = read('verdict.json', verdictSchema)?.facts;
  const inputs = read('attempt.json', attemptSchema)?.inputs;
  return [...(seen ? seenFacts(seen) : []), ...(inputs ? inputFacts(inputs) : [])];
}

function seenFacts({ pairs, packets, halfOpen }: FactSummary): [string, string][] {
  const counts = Object.entries(packets).filter(([, count]) => count > 0);
  const told = counts.map(([word, count]) => `${count} ${word}`).join(', ') || 'none';
  const facts: [string, string][] = [
    ['SAs', String(pairs)],
    ['protected packets', told],
  ];
  if (halfOpen.length > 0) facts.push(['SAs of one end', halfOpen.join('\n')]);
  return facts;
}

function inputFacts({ versions, kernel, images, suite, overlays }: AttemptFile['inputs']): [string, string][] {
  const under = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const used = [...new Set(Object.values(images).map(({ id }) => id))];
  const facts: [string, string][] = [
    ['under test', [...under, `kernel ${kernel.id}`].join(', ')],
    ['images', used.join(', ')],
    ['suite', suite.id],
    ...(suite.commit ? [commitFact(suite.commit)] : []),
  ];
  const laid = Object.entries(overlays ?? {}).flatMap(([host, list]) => list.map(({ id }) => `${host}: ${id}`));
  if (laid.length > 0) facts.push(['overlays', laid.join(', ')]);
  return facts;
}

function commitFact({ hash, date, subject }: NonNullable<AttemptFile['inputs']['suite']['commit']>): [string, string] {
  return ['commit', `${hash.slice(0, 12)} ${subject}, ${date}`];
}
