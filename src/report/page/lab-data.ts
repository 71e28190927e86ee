import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { RecordFile } from '../../evidence/records/reader.ts';
import { recordType } from '../../evidence/records/record.ts';
import type { Issue } from '../../model/verdict.ts';
import { readDifferences } from '../../store/attempt-content.ts';
import { PageClock } from './clock.ts';
import { consolesOf } from './console-data.ts';
import type { ConsoleData, DiffLine, LabData, LogData } from './data.ts';
import { diffLines } from './diff-lines.ts';
import type { Moments } from './issues.ts';
import { ladderOf } from './ladder.ts';
import { type LogContext, logFiles, readKernelLog, readLog } from './logs.ts';
import { sasOf } from './sas.ts';

/** A lab for the page, and what else can be said by its clock. */
export interface LabView extends Moments {
  readonly lab: LabData;
  readonly notes: readonly string[];
}

/** What is wanted of a lab. */
export interface LabWish {
  /** With consoles and logs; else only what went over links and the SAs. */
  readonly full: boolean;
  /** What its verdict found. */
  readonly verdict: readonly Issue[];
}

/**
 * Reads what an attempt left. Undefined
 * where there are no records at all. Raises what reading raises: files may be anything.
 */
export function readLab(attemptDir: string, attempt: Attempt, { full, verdict }: LabWish): LabView | undefined {
  const { scenario, records: file } = attempt;
  const first = file.records[0];
  if (first === undefined) return undefined;
  const clock = new PageClock(startOf(file));
  const { evidence, damage } = attempt;
  const sas = sasOf(evidence.timeline, clock);
  const owners = new Map(scenario.nics.map(({ mac, host }) => [mac.toLowerCase(), host]));
  const { hosts } = file;
  const consoles = full ? consolesOf(attempt.consoles, clock) : [];
  const logContext = { clock, hosts, consoles, boot: clock.at(first.time) };
  const lab: LabData = {
    start: clock.date,
    end: clock.at(file.records.at(-1)?.time ?? first.time),
    hosts,
    links: scenario.links,
    ladder: ladderOf(evidence, { clock, hosts, owners, sas, issues: verdict }),
    sas,
    consoles: withDifferences(consoles, attemptDir),
    logs: full ? logsOf(attemptDir, attempt, logContext) : [],
  };
  return { lab, clock, evidence, notes: damage.map(({ file: name, message }) => `${name}: ${message}`) };
}

/** The first command; before it the lab boots. */
function startOf({ records }: RecordFile): bigint {
  return (records.find(({ type }) => type === recordType.commandBegin) ?? records[0])?.time ?? 0n;
}

/** Differences by console; those of no host (a merged console, a transcript) stand as consoles of their own. */
function withDifferences(consoles: readonly Omit<ConsoleData, 'diff'>[], attemptDir: string): ConsoleData[] {
  const diffs = new Map<string, readonly DiffLine[]>();
  for (const { name, text } of readDifferences(attemptDir))
    diffs.set(name.replace(/(?:\.console)?\.txt$/, ''), diffLines(text));
  const found = consoles.map((one) => ({ ...one, diff: diffs.get(one.host) ?? [] }));
  const others = [...diffs].filter(([name]) => !consoles.some(({ host }) => host === name));
  return [...found, ...(consoles.length === 0 ? [] : others.map(([host, diff]) => ({ host, commands: [], diff })))];
}

function logsOf(attemptDir: string, attempt: Attempt, context: LogContext): LogData[] {
  const kernel = readKernelLog(attempt, context);
  const logs = logFiles(attemptDir).map((name) => readLog(attempt, name, context));
  return [...logs, kernel].filter((log) => log !== undefined);
}
