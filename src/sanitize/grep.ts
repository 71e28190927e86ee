import { run } from '../base/processes.ts';

/** What `grep` found, or why it found nothing. */
export type Found = { readonly lines: readonly string[] } | { readonly problem: string };

/** grep sees no environment but this. Bytes are bytes; one that is not ASCII is a character of its own. */
const environment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
const limits = { timeoutMs: 10_000, maxOutput: 64 * 1024 * 1024 };

/** The lines of a text that a basic regular expression finds, by the machine's own grep. Never throws for a pattern's fault. */
export async function grep(pattern: string, input: Uint8Array): Promise<Found> {
  const result = await run('grep', ['--', pattern], { env: environment, cwd: '/', input, ...limits });
  if (result.stopped !== undefined) return { problem: `grep was ended: ${result.stopped}` };
  if (result.status !== 0 && result.status !== 1) return { problem: `grep: ${result.stderr.toString().trim()}` };
  const text = result.stdout.toString('latin1');
  return { lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
}
