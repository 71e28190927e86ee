import { join } from 'node:path';
import { describeError, EspalierError } from '../../base/errors.ts';
import { commandName } from '../../base/form.ts';
import { shellWord } from '../../base/text.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { attemptFileNames } from '../../store/attempt-files.ts';
import { attemptPath } from '../../store/layout.ts';
import { openAttempt } from '../../store/open-attempt.ts';
import { readPruned } from '../../store/pruned.ts';
import type { Rerun } from '../reporter.ts';
import { rerunCommand, selectorOf } from '../terminal/summary.ts';
import { checksOf } from './checks.ts';
import { type CheckData, type Download, dataVersion, type TestData } from './data.ts';
import { copyDownloads, type PutFile } from './downloads.ts';
import { tolerancesText } from './incidents.ts';
import { factChecks, issuesOf, meaningOf, toleratedOf } from './issues.ts';
import { type LabView, readLab } from './lab-data.ts';
import { missingText, readObserved } from './observed.ts';
import { factsOf } from './test-facts.ts';

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
  const pruned = dir === undefined ? undefined : tried(notes, 'pruned.json', () => readPruned(dir));
  if (pruned !== undefined) notes.push(`its artifacts were ${pruned.text}; verdict and results are kept`);
  const shown = dir === undefined || source.depth === 'verdict' ? {} : shownOf(dir, { result, source, notes });
  const { description, view, declared = [], checks = [], downloads = [] } = shown;
  if (source.depth !== 'full' && dir !== undefined) {
    notes.push(`this report holds compact facts of it; espalier report ${source.runId} --full`);
  }
  const issues = issuesOf(result.issues, view);
  const { tolerated = [] } = result;
  return {
    version: dataVersion,
    suite: result.suite,
    name: result.name,
    word: result.word,
    meaning: meaningOf(result.word),
    ...(description !== undefined && { description }),
    expected: result.expected,
    ...(result.change && { change: result.change }),
    facts: [...factsOf(result, dir), ...declared],
    commands: commandsOf(result, source),
    issues,
    ...(tolerated.length > 0 && { tolerated: toleratedOf(tolerated, view) }),
    checks: [...factChecks(issues), ...checks],
    downloads,
    ...(view && { lab: view.lab }),
    notes,
  };
}

/** What the files of an attempt give, as far as they can be read. */
interface Shown {
  readonly description?: string | undefined;
  /** What the scenario tolerates. */
  readonly declared?: TestData['facts'];
  readonly view?: LabView | undefined;
  readonly checks?: readonly CheckData[] | undefined;
  readonly downloads?: readonly Download[] | undefined;
}

interface Showing {
  readonly result: ScenarioResult;
  readonly source: TestSource;
  readonly notes: string[];
}

function shownOf(dir: string, { result, source, notes }: Showing): Shown {
  const read = <T>(what: string, work: () => T): T | undefined => tried(notes, what, work);
  const names = read('its files', () => attemptFileNames(dir));
  if (names === undefined) return {};
  const attempt = openAttempt(dir);
  const files = { attempt, names };
  const full = source.depth === 'full';
  const recorded = names.has('records');
  const described = names.has('scenario.json');
  const description = described ? read('scenario.json', () => attempt.scenario.description) : undefined;
  const tolerances = described ? (read('what it tolerates', () => attempt.scenario.tolerates) ?? []) : [];
  const declared: TestData['facts'] =
    tolerances.length === 0 ? [] : [['tolerates', tolerancesText(tolerances, result.tolerated ?? [])]];
  const observed = recorded ? read('what judging saw cannot be shown', () => readObserved(attempt)) : undefined;
  const view = recorded
    ? read('what the lab recorded cannot be shown', () => readLab(files, { full, observed }))
    : undefined;
  notes.push(...(view?.notes ?? []));
  const unreadable = result.issues.some(({ kind }) => kind === 'unreadable-file');
  if (view && observed === undefined && !unreadable) notes.push(missingText(source.runId));
  const checks = view && observed && read('checks', () => checksOf(attempt, view.clock));
  if (!full) return { description, declared, view, checks };
  const title = `${keyOf(result)} of run ${source.runId}`;
  const plan = { files, put: source.put, folder: `files/${source.number}`, title, tried: read };
  return { description, declared, view, checks, downloads: read('files', () => copyDownloads(plan)) };
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

function commandsOf(result: ScenarioResult, { runId, rerun }: TestSource): TestData['commands'] {
  const key = shellWord(keyOf(result));
  const again: TestData['commands'] = [['run it again', rerunCommand(result, rerun)]];
  if (result.attempts.length === 0) return again;
  return [
    ...again,
    ['repeat it to the byte', `${commandName} replay ${runId} ${key}`],
    ['a terminal on its hosts', `${commandName} shell ${selectorOf(result, rerun)}`],
    ['open ESP in Wireshark', `${commandName} pcap ${runId} ${key}`],
  ];
}
