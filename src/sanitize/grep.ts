import { limitReached } from '../base/foreign-program.ts';
import { run } from '../base/processes.ts';
import { programLimits } from '../base/program-limits.ts';

/** What `grep` found, or why it found nothing. */
export type Found = { readonly lines: readonly string[] } | { readonly problem: string };

/** grep sees no environment but this. Bytes are bytes; one that is not ASCII is a character of its own. */
const environment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
const longest = 64 * 1024 * 1024;
const bounds = {
  // The limit of CPU ends it long before, on a machine that gives it CPU at all: how loaded that is decides nothing.
  timeoutMs: 300_000,
  maxOutput: longest,
  limits: programLimits.grep,
};
/** Bytes of a pattern. Longer ones take grep seconds and gigabytes to compile, or do not fit on its command line. */
const longestPattern = 16 * 1024;

/** The lines of a text that a basic regular expression finds, by the machine's own grep. Never throws for a pattern's fault. */
export async function grep(pattern: string, input: Uint8Array): Promise<Found> {
  const bytes = Buffer.byteLength(pattern);
  if (bytes > longestPattern) return { problem: `the pattern has ${bytes} bytes, the limit is ${longestPattern}` };
  if (pattern.includes('\0')) return { problem: 'the pattern holds a NUL byte' };
  const result = await run('grep', ['--', pattern], { env: environment, cwd: '/', input, ...bounds });
  if (result.stopped !== undefined) return { problem: `grep was ended: ${result.stopped}` };
  const reached = limitReached(String(result.status));
  if (reached !== undefined) return { problem: `grep ${reached}` };
  if (result.status !== 0 && result.status !== 1) return { problem: `grep: ${result.stderr.toString().trim()}` };
  const text = result.stdout.toString('latin1');
  return { lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
}
