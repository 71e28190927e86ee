import { join } from 'node:path';
import { namesIn } from '../base/door/folders.ts';
import { realRoot } from '../base/door/handle.ts';
import { isFolder, isThere } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { sha256 } from '../base/files.ts';

/** The folder that runs are kept in, by its real path: an option, else ESPALIER_RUNS, else ./espalier-runs. */
export function runsDir(option?: string): string {
  return realRoot(option ?? (process.env.ESPALIER_RUNS || 'espalier-runs'));
}

/** File systems take names of 255 bytes; temporary files have longer ones than their own. */
const longestComponent = 200;

/**
 * A name of a suite or scenario as one path component, whatever bytes a foreign tree put into it. What would be too long ends in
 * `~` and a hash of the name; no other component has a `~`.
 */
export function component(name: string): string {
  const percent = (text: string): string =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const whole = name.replace(/[^A-Za-z0-9._+=@-]+/gu, percent).replace(/^\.+/, percent) || '%';
  return whole.length <= longestComponent ? whole : `${whole.slice(0, 150)}~${sha256(name).slice(0, 32)}`;
}

/** Which scenario, and which of its attempts in a run. */
export interface AttemptKey {
  readonly suite: string;
  readonly name: string;
  readonly attempt: number;
}

/** Folder of an attempt relative to its run: `attempts/<suite>/<name>/<n>`. */
export function attemptPath({ suite, name, attempt }: AttemptKey): string {
  return join('attempts', component(suite), component(name), String(attempt));
}

/** Attempt numbers that have a folder, ascending. */
export function attemptNumbers(runDir: string, { suite, name }: Omit<AttemptKey, 'attempt'>): number[] {
  const dir = join(runDir, 'attempts', component(suite), component(name));
  const numbers = namesIn(dir).filter((entry) => /^\d{1,6}$/.test(entry));
  return numbers.map(Number).sort((a, b) => a - b);
}

/** Names of the runs in a folder, oldest first. A link is no run: what it leads to is not in this folder. */
export function runIds(runs: string): string[] {
  return namesIn(runs).filter((name) => !name.startsWith('.') && isRun(join(runs, name)));
}

function isRun(dir: string): boolean {
  return isFolder(dir) && isThere(join(dir, 'run.json'));
}

/**
 * Finds a run by what people type: a path, an id in `runs`, the unique beginning of one, or
 * `latest`. Ids begin with their date, so the last in order is the latest.
 */
export function findRun(word: string, runs: string): string {
  const typed = realRoot(word);
  if (word !== 'latest' && isRun(typed)) return typed;
  const ids = runIds(runs);
  const matches = word === 'latest' ? ids.slice(-1) : ids.filter((id) => id === word || id.startsWith(word));
  if (matches.length === 1 && matches[0] !== undefined) return join(runs, matches[0]);
  const known = ids.length > 0 ? `the latest is ${ids.at(-1)}` : 'there is none yet';
  const why = matches.length > 1 ? `${matches.length} runs begin with ${word}` : `no run ${word} in ${runs}; ${known}`;
  throw new EspalierError('usage', why, { remedy: 'give the path of a run folder, its id, or `latest`' });
}
