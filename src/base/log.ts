/**
 * What Espalier says about its own work goes to standard error, one plain line at a time.
 * At most one status line (see progress.ts) stands below the lines and is redrawn around them.
 */
import { visible } from './visible.ts';

let status = '';

function clearStatus(): string {
  return status === '' ? '' : '\r\x1b[K';
}

/** Prints one line for people on standard error. It may hold names of strangers, so control characters are spelled out. */
export function say(text: string): void {
  process.stderr.write(`${clearStatus()}${visible(text)}\n${status}`);
}

/** Prints a line that starts with `warning:`. */
export function warn(text: string): void {
  say(`warning: ${text}`);
}

/** Replaces the status line; the empty string removes it. Only for terminals. */
export function setStatus(text: string): void {
  const width = process.stderr.columns ?? 80;
  const line = text.slice(0, width - 1);
  if (line === status) return;
  process.stderr.write(`${clearStatus()}${line}`);
  status = line;
}
