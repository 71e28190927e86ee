import { join } from 'node:path';
import type { Cluster, ScenarioResult } from '../model/results.ts';
import { keyOf } from '../model/scenario.ts';
import { readDifferences } from '../store/attempt-content.ts';
import { attemptPath } from '../store/layout.ts';
import { clusterDifferences, type Difference } from './clusters.ts';

/** Of a difference so many characters are looked at. */
const longest = 256 * 1024;

/** Groups the changes that several scenarios of a run show in their consoles. */
export function clustersOf(runDir: string, results: readonly ScenarioResult[]): Cluster[] {
  const different = results.filter(({ issues }) => issues.some(({ kind }) => kind.startsWith('output-')));
  return clusterDifferences(different.map((result) => differenceOf(runDir, result)));
}

function differenceOf(runDir: string, result: ScenarioResult): Difference {
  const last = result.attempts.at(-1);
  const dir = join(runDir, attemptPath({ ...result, attempt: last?.attempt ?? 0 }));
  return { test: keyOf(result), hosts: result.hosts, diffs: diffsIn(dir) };
}

/** What is missing or cannot be read is the judge's to tell. */
function diffsIn(attemptDir: string): string[] {
  try {
    const diffs = readDifferences(attemptDir).filter(({ name }) => name.endsWith('.console.txt'));
    return diffs.map(({ text }) => text.slice(0, longest));
  } catch {
    return [];
  }
}
