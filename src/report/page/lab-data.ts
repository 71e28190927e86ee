import { kernelStart } from '../../evidence/attempt/kernel-start.ts';
import { spanOf } from '../../evidence/attempt/span.ts';
import type { Observed } from '../../model/observed.ts';
import { differencesIn } from '../../store/attempt-content.ts';
import { PageClock } from './clock.ts';
import { consolesOf } from './console-data.ts';
import type { ConsoleData, DiffLine, LabData, LogData } from './data.ts';
import { diffLines } from './diff-lines.ts';
import type { Moments } from './issues.ts';
import { ladderOf } from './ladder.ts';
import { type LogContext, logFiles, readKernelLog, readLog } from './logs.ts';
import { observedNotes } from './observed.ts';
import { sasOf } from './sas.ts';
import type { StoredFiles } from './stored-files.ts';

/** A lab for the page, and what else can be said by its clock. */
export interface LabView extends Moments {
  readonly lab: LabData;
  readonly notes: readonly string[];
}

/** What is wanted of a lab. */
export interface LabQuery {
  /** With consoles and logs; else only what went over links and the SAs. */
  readonly full: boolean;
  /** What judging saw of it; undefined: nothing that can be read. */
  readonly observed: Observed | undefined;
}

/** Lays out what an attempt left. Undefined where there are no records at all. Raises what reading raises: files may be anything. */
export function readLab(files: StoredFiles, { full, observed }: LabQuery): LabView | undefined {
  const { attempt } = files;
  const { records, commands } = attempt;
  const span = spanOf(records);
  if (span === undefined) return undefined;
  const clock = new PageClock(span.start);
  const { hosts } = records;
  const sas = observed === undefined ? [] : sasOf(observed);
  const consoles = full
    ? consolesOf(attempt.consoles, clock, (step) => attempt.scenario.steps[step]?.by === 'look')
    : [];
  const logContext = { clock, hosts, consoles, boot: clock.at(kernelStart(records) ?? span.boot) };
  const lab: LabData = {
    start: clock.date,
    end: clock.at(span.end),
    hosts,
    links: observed?.links ?? attempt.scenario.links,
    ladder: ladderOf({ clock, hosts, commands, sas, observed }),
    sas,
    consoles: withDifferences(consoles, files),
    logs: full ? logsOf(files, logContext) : [],
  };
  return { lab, clock, commands, observed, notes: observed === undefined ? [] : observedNotes(observed) };
}

/** Differences by console; those of no host (a merged console, a transcript) stand as consoles of their own. */
function withDifferences(
  consoles: readonly Omit<ConsoleData, 'diff'>[],
  { attempt, names }: StoredFiles,
): ConsoleData[] {
  const diffs = new Map<string, readonly DiffLine[]>();
  for (const { name, text } of differencesIn(names, (file) => attempt.read(file)))
    diffs.set(name.replace(/(?:\.console)?\.txt$/, ''), diffLines(text));
  const found = consoles.map((one) => ({ ...one, diff: diffs.get(one.host) ?? [] }));
  const others = [...diffs].filter(([name]) => !consoles.some(({ host }) => host === name));
  return [...found, ...(consoles.length === 0 ? [] : others.map(([host, diff]) => ({ host, commands: [], diff })))];
}

function logsOf({ attempt, names }: StoredFiles, context: LogContext): LogData[] {
  const kernel = readKernelLog(attempt, context);
  const logs = logFiles(names).map((name) => readLog(attempt, name, context));
  return [...logs, kernel].filter((log) => log !== undefined);
}
