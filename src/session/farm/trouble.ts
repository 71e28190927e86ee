import { describeError, EspalierError } from '../../base/errors.ts';
import type { Trouble } from '../../farm/wire/protocol.ts';

const longest = 50_000;

/** An error as it travels. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof EspalierError)) {
    return { fault: 'bug', message: describeError(error).slice(0, longest), detail: {} };
  }
  const { file, line, host, command, remedy, output } = error.detail;
  const detail = { file, line, host, command, remedy, output: output?.slice(-longest) };
  const given = Object.entries(detail).filter(([, value]) => value !== undefined);
  return { fault: error.fault, message: error.message.slice(0, longest), detail: Object.fromEntries(given) };
}

/** The error that it was. */
export function errorOf({ fault, message, detail }: Trouble): EspalierError {
  return new EspalierError(fault, message, detail as EspalierError['detail']);
}
