import { every, type Timer } from './deadline.ts';
import { say, setStatus } from './log.ts';
import { duration, leftText } from './text.ts';

/** How a long piece of work tells how far it is. */
export interface Progress extends Disposable {
  /** `fraction` done, 0 to 1; `note` replaces the text behind it. */
  update(fraction: number, note?: string): void;
  /** Nothing is done until something else is there, which `note` names. The work's own time begins with the next update. */
  wait(note: string): void;
  /** Wall milliseconds since the work began. */
  elapsedMs(): number;
  /** Ends the display. With a text, says it when the work was long enough to be shown at all. */
  end(text?: string): void;
}

export interface ProgressOptions {
  /** Duration expected from an earlier time, used until the fraction says more. */
  readonly expectedMs?: number;
  readonly terminal?: boolean;
  readonly now?: () => number;
  readonly say?: (line: string) => void;
  readonly setStatus?: (line: string) => void;
}

/** Work shorter than this is not worth a word. */
const silentMs = 1000;
/** Without a terminal: one line per this time. */
const sparseMs = 20_000;

/**
 * Remaining milliseconds by the pace so far and by what an earlier time took; `undefined` while nothing is known, and when
 * the work takes longer than expected and its pace does not show yet.
 */
export function remaining(elapsedMs: number, fraction: number, expectedMs?: number): number | undefined {
  if (fraction >= 1) return 0;
  const byFraction = fraction > 0.02 ? (elapsedMs / fraction) * (1 - fraction) : undefined;
  const byRecord = expectedMs === undefined || expectedMs <= elapsedMs ? undefined : expectedMs - elapsedMs;
  if (byRecord === undefined || byFraction === undefined) return byFraction ?? byRecord;
  // The record is the better guess at the start, the observed pace later.
  return byRecord * (1 - fraction) + byFraction * fraction;
}

/** What is shown at the moment, by title, in the order in which it began. A terminal has one line for all of them: that of the first. */
const running: object[] = [];

/**
 * Shows `title` with percentage and estimate: one redrawn line on a terminal, a line every
 * 20 s elsewhere and fewer while nothing is known of its end, nothing at all for work that ends within a second.
 */
export function startProgress(title: string, options: ProgressOptions = {}): Progress {
  const now = options.now ?? (() => performance.now());
  const terminal = options.terminal ?? process.stderr.isTTY === true;
  const print = options.say ?? say;
  const redraw = options.setStatus ?? setStatus;
  let start = now();
  let waits = false;
  let fraction = 0;
  let note = '';
  let shownAt: number | undefined;
  let pauseMs = sparseMs;

  const describe = (): string => {
    if (waits) pauseMs *= 2;
    if (waits) return `${title} (${note})`;
    const { expectedMs } = options;
    const elapsed = now() - start;
    const left = remaining(elapsed, fraction, expectedMs);
    // A line that can tell nothing new is told ever more rarely.
    pauseMs = left === undefined && expectedMs !== undefined ? pauseMs * 2 : sparseMs;
    const percent = fraction > 0 && fraction < 1 ? `, ${Math.floor(fraction * 100)} %` : '';
    const late =
      expectedMs !== undefined && elapsed > expectedMs
        ? `, ${duration(elapsed)} so far, longer than the usual ${duration(expectedMs)}`
        : '';
    const estimate = left === undefined ? '' : `, ${leftText(left)}`;
    return `${title}${note && ` (${note})`}${percent}${late}${estimate}`;
  };
  const own = {};
  running.push(own);
  const show = (): void => {
    const at = now();
    if (at - start < silentMs) return;
    if (terminal && running[0] !== own) return;
    if (terminal) redraw(describe());
    else if (shownAt === undefined || at - shownAt >= pauseMs) print(describe());
    else return;
    shownAt = at;
  };
  const ticker: Timer = every(terminal ? 250 : 1000, show);
  const end = (text?: string): void => {
    ticker.stop();
    const isFirst = running[0] === own;
    if (running.includes(own)) running.splice(running.indexOf(own), 1);
    const took = now() - start;
    if (took < silentMs) return;
    if (terminal && isFirst) redraw('');
    if (text !== undefined) print(`${text} (${duration(took)})`);
    shownAt = undefined;
  };
  return {
    update(value, text) {
      if (waits) [start, pauseMs, waits] = [now(), sparseMs, false];
      fraction = Math.min(1, Math.max(fraction, value));
      if (text !== undefined) note = text;
      show();
    },
    wait(text) {
      waits = true;
      note = text;
      show();
    },
    elapsedMs: () => now() - start,
    end,
    [Symbol.dispose]: () => end(),
  };
}
