import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, clusterDifferences, type Difference } from '../verdict/clusters.ts';
import { attemptPath } from './layout.ts';
import { keyOf, type ScenarioResult } from './results.ts';

/** Of a difference so many bytes are looked at. */
const longest = 256 * 1024;

/** Groups the changes that several scenarios of a run show in their consoles. */
export function clustersOf(runDir: string, results: readonly ScenarioResult[]): Cluster[] {
  const different = results.filter(({ issues }) => issues.some(({ kind }) => kind.startsWith('output-')));
  return clusterDifferences(different.map((result) => differenceOf(runDir, result)));
}

function differenceOf(runDir: string, result: ScenarioResult): Difference {
  const last = result.attempts.at(-1);
  const dir = join(runDir, attemptPath({ ...result, attempt: last?.attempt ?? 0 }), 'derived');
  return { test: keyOf(result), hosts: result.hosts, diffs: diffsIn(dir) };
}

/** What is missing or cannot be read is the judge's to tell. */
function diffsIn(dir: string): string[] {
  try {
    const files = readdirSync(dir).filter((file) => file.endsWith('.console.diff'));
    return files.sort().map((file) => readFileSync(join(dir, file)).subarray(0, longest).toString('utf8'));
  } catch {
    return [];
  }
}
