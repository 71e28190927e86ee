/** What kselftest's runner takes where a folder's `settings` says nothing, seconds (kselftest/runner.sh). */
const usualTimeout = 45;

/** Seconds that a program of a folder may take by the folder's `settings`; 0: as long as it wants. Comments and other fields do not count. */
export function timeoutOf(settings: string | undefined): number {
  const lines = (settings ?? '').split('\n').filter((line) => !line.startsWith('#'));
  const values = lines.flatMap((line) => /^timeout=(\d{1,6})\s*$/.exec(line)?.[1] ?? []);
  const last = values.at(-1);
  return last === undefined ? usualTimeout : Number(last);
}
