import { inspect } from 'node:util';
import type { Totals } from './run-files.ts';

/** With what caused it: a property that does not hold tells why there. */
function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return inspect(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${textOf(error.cause)}`;
}

/** Every failure with its error. */
export function failuresText({ failures }: Totals): string {
  const texts = failures.map(
    ({ file, name, error }) => `\n== ${file}\n   ${name}\n${textOf(error).replace(/^/gm, '   ')}\n`,
  );
  return texts.join('');
}

/** The files that took longest, if any took long: what to look at first when the tests take too long. */
export function slowestText({ durations }: Totals): string {
  const long = [...durations].filter(([, ms]) => ms > 20_000).sort(([, a], [, b]) => b - a);
  const lines = long.slice(0, 8).map(([file, ms]) => `slow: ${file}, ${Math.round(ms / 1000)} s\n`);
  return lines.join('');
}

/** The line that CI counts by. */
export function totalsLine({ passed, failures, skipped }: Totals): string {
  return `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
}
