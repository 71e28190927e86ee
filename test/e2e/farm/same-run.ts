/** Two runs of the same tests, one of them on a farm: what differs besides times. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { filesBelow } from '../../../src/base/door/folders.ts';
import { needPlain } from '../../../src/base/door/read.ts';
import { attemptFileNames, readAttemptFile } from '../../../src/store/attempt-files.ts';

/** Folders of a run's attempts, below `attempts`. */
function attemptsOf(runDir: string): string[] {
  const { files } = filesBelow(join(runDir, 'attempts'));
  const end = '/attempt.json';
  return files.flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : [])).sort();
}

/** What an attempt holds (verdict, transcripts, captures, records, logs), without wall times and CPU. */
function contentOf(dir: string): Record<string, string> {
  const text = (name: string): string => readAttemptFile(dir, name)?.toString('latin1') ?? '';
  const names = [...attemptFileNames(dir)].sort();
  return Object.fromEntries(names.map((name) => [name, text(name).replaceAll(/"(time|cost)": \{[^}]*\}/g, '"$1"')]));
}

/** Asserts that two runs have the same attempts, inputs and verdicts, byte for byte but for times. Returns how many attempts. */
export function assertSameRun(farDir: string, nearDir: string): number {
  const attempts = attemptsOf(nearDir);
  assert.deepEqual(attemptsOf(farDir), attempts);
  for (const name of attempts) {
    const [far, near] = [farDir, nearDir].map((dir) => contentOf(join(dir, 'attempts', name)));
    assert.deepEqual(Object.keys(far ?? {}), Object.keys(near ?? {}), name);
    for (const [file, bytes] of Object.entries(near ?? {}))
      assert.ok(far?.[file] === bytes, `${name}: ${file} differs`);
  }
  const inputs = filesBelow(join(nearDir, 'inputs')).files.sort();
  assert.deepEqual(filesBelow(join(farDir, 'inputs')).files.sort(), inputs);
  for (const name of inputs) {
    const [far, near] = [farDir, nearDir].map((dir) => needPlain(join(dir, 'inputs', name)));
    assert.ok(near !== undefined && far?.equals(near), name);
  }
  assert.deepEqual(verdictsOf(farDir), verdictsOf(nearDir));
  return attempts.length;
}

function verdictsOf(runDir: string): unknown[] {
  const { results } = JSON.parse(needPlain(join(runDir, 'results.json')).toString('utf8')) as {
    results: { suite: string; name: string; word: string }[];
  };
  return results.map(({ suite, name, word }) => [suite, name, word]);
}
