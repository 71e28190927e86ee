import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectDir } from '../../src/base/folders.ts';

const file = join(projectDir, 'node_modules', '.cache', 'test-durations.json');

function known(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

/** Files in the order in which they end soonest on several processors: what took longest the last time first, unknown ones before. */
export function longestFirst(files: readonly string[]): string[] {
  const durations = known();
  const of = (path: string): number => durations[path] ?? Number.POSITIVE_INFINITY;
  return files.toSorted((a, b) => (of(a) === of(b) ? a.localeCompare(b) : of(b) - of(a)));
}

/** Keeps how long files took, for the next time. */
export function remember(durations: ReadonlyMap<string, number>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...known(), ...Object.fromEntries(durations) }));
}
