/**
 * Who is at fault. The set is closed: every error Espalier raises on purpose carries one of
 * these, and code branches on it, never on message text.
 *
 * - `usage`: the command line or a configuration value is wrong (exit code 3)
 * - `scenario`: a test's own files are broken; costs that one test
 * - `guest`: the lab's kernel or a host in it did something no verdict can be drawn from
 * - `infrastructure`: this machine lacks something or refused something
 * - `cancelled`: somebody asked to stop
 * - `bug`: a state Espalier believes impossible
 */
export type Fault = 'usage' | 'scenario' | 'guest' | 'infrastructure' | 'cancelled' | 'bug';

/** Where an error belongs, as far as it is known. */
export interface ErrorPlace {
  readonly file?: string;
  readonly line?: number;
  readonly host?: string;
  readonly command?: string;
}

export interface ErrorDetail extends ErrorPlace {
  /** What the reader can do about it, as one sentence or command. */
  readonly remedy?: string;
  /** Last lines of the output of whatever failed. */
  readonly output?: string;
  readonly cause?: unknown;
}

/** The one error class; `fault` says whose it is. */
export class EspalierError extends Error {
  readonly fault: Fault;
  readonly detail: ErrorDetail;

  constructor(fault: Fault, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'EspalierError';
    this.fault = fault;
    this.detail = detail;
  }
}

/**
 * A tree of sources in this state says nothing about its tests: it does not build, or has none. A search for a commit skips it;
 * everywhere else it is wrong usage.
 */
export class Untestable extends EspalierError {
  constructor(message: string, detail: ErrorDetail = {}) {
    super('usage', message, detail);
  }
}

/** Whether an error costs the one test or attempt that is worked on, and others go on: its own files are broken, or cannot be reached. */
export function costsOne(error: unknown): error is EspalierError {
  return error instanceof EspalierError && (error.fault === 'scenario' || error.fault === 'infrastructure');
}

/** One message for people: place, what happened, output, remedy. */
export function describeError(error: unknown): string {
  if (!(error instanceof EspalierError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { file, line, host, command, output, remedy } = error.detail;
  const place = [file && (line ? `${file}:${line}` : file), host && `host ${host}`, command && `\`${command}\``];
  const where = place.filter(Boolean).join(', ');
  const parts = [where ? `${where}: ${error.message}` : error.message];
  if (output?.trim()) parts.push(output.trimEnd().replace(/^/gm, '  | '));
  if (remedy) parts.push(`  -> ${remedy}`);
  return parts.join('\n');
}
