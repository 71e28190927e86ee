import { describeError, EspalierError } from '../../base/errors.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { consoleLine } from './ansi.ts';
import type { PageClock } from './clock.ts';
import type { ConsoleData, LogData } from './data.ts';
import { namesIn } from './stored-files.ts';

/** Of a log, so many lines are shown. Of longer ones libreswan's debug lines are left out first, then the beginning. */
const mostLines = 6000;
/** libreswan's debug lines (lib/libswan/jambuf.c: DEBUG_PREFIX). */
const debug = /^\| /;

/** Files of an attempt that are logs of daemons, by path below it. */
export function logFiles(names: ReadonlySet<string>): string[] {
  return namesIn(names, 'files').filter((name) => /(?:\.log|\/syslog)$/.test(name));
}

/** What a log is read with. */
export interface LogContext {
  readonly clock: PageClock;
  readonly hosts: readonly string[];
  readonly consoles: readonly Omit<ConsoleData, 'diff'>[];
  /** t at which the kernel's own clock was 0. */
  readonly boot: number;
}

/** A daemon's log; empty ones are left out. */
export function readLog(attempt: Attempt, name: string, context: LogContext): LogData | undefined {
  const base = name.split('/');
  const host = context.hosts.find((one) => base.includes(one) || base.at(-1)?.startsWith(`${one}.`));
  const place = { name: base.at(-1) ?? name, ...(host !== undefined && { host }) };
  const bytes = readOrTold(attempt, `files/${name}`);
  if (typeof bytes === 'string') return { ...place, left: bytes, lines: [], times: [] };
  if (bytes === undefined || bytes.length === 0) return undefined;
  const spoken = new Spoken(context.consoles.find((one) => one.host === host));
  const log = linesOf(bytes, (text) => dateOf(text, context.clock) ?? spoken.timeOf(text));
  return { ...place, ...log };
}

/** A log's bytes, or why they cannot be read: that costs this log alone. */
function readOrTold(attempt: Attempt, name: string): Uint8Array | string | undefined {
  try {
    return attempt.read(name);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return describeError(error);
  }
}

/** The kernel's messages; its dates are seconds since boot. */
export function readKernelLog(attempt: Attempt, { boot }: LogContext): LogData | undefined {
  const bytes = attempt.read('kernel.log');
  if (bytes === undefined || bytes.length === 0) return undefined;
  const timeOf = (text: string): number | undefined => {
    const seconds = /^\[\s*(\d+\.\d+)\]/.exec(text)?.[1];
    return seconds === undefined ? undefined : boot + Math.round(Number(seconds) * 1e6);
  };
  return { name: 'kernel.log', ...linesOf(bytes, timeOf) };
}

function linesOf(bytes: Uint8Array, timeOf: (text: string) => number | undefined): Omit<LogData, 'name' | 'host'> {
  const all = new TextDecoder().decode(bytes).replace(/\n$/, '').split('\n');
  const told = all.length > mostLines ? all.filter((line) => !debug.test(line)) : all;
  const lines = told.slice(-mostLines).map((raw) => consoleLine(raw).text);
  const times = lines.flatMap((text, index) => {
    const t = timeOf(text);
    return t === undefined ? [] : [[index, t] as const];
  });
  const left = leftText(all.length - told.length, told.length - lines.length);
  return { ...(left !== '' && { left }), lines, times };
}

function leftText(debugLines: number, first: number): string {
  const parts = [debugLines > 0 ? `${debugLines} debug lines` : '', first > 0 ? `the first ${first} lines` : ''];
  return parts.filter((part) => part !== '').join(' and ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const date = /^(?<month>[A-Z][a-z]{2}) {1,2}(?<day>\d{1,2}) (?<hours>\d\d):(?<minutes>\d\d):(?<seconds>\d\d(?:\.\d+)?)/;

function dateOf(text: string, clock: PageClock): number | undefined {
  const { month = '', day, hours, minutes, seconds } = date.exec(text)?.groups ?? {};
  const index = months.indexOf(month);
  if (index < 0) return undefined;
  return clock.ofLogDate(index, Number(day), Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
}

/**
 * Words that a daemon wrote into its log and onto the console alike (libreswan's whack does) have the console's time. Only
 * forwards: each line of the console is used once.
 */
class Spoken {
  readonly #times = new Map<string, number[]>();
  #last = Number.NEGATIVE_INFINITY;

  constructor(console: Omit<ConsoleData, 'diff'> | undefined) {
    for (const { output } of console?.commands ?? []) {
      for (const { text, t } of output) {
        if (t === undefined || text.length < 20) continue;
        this.#times.set(text, [...(this.#times.get(text) ?? []), t]);
      }
    }
  }

  timeOf(text: string): number | undefined {
    const times = this.#times.get(text);
    const t = times?.find((one) => one >= this.#last);
    if (t === undefined) return undefined;
    times?.splice(times.indexOf(t), 1);
    this.#last = t;
    return t;
  }
}
