import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { baselineSchema } from '../../src/model/results.ts';

/** What is recorded of a result. */
interface Recorded {
  readonly suite: string;
  readonly name: string;
  readonly word: string;
}

/** Runs the sample; words in the suite's order, and what the terminal said. */
async function runSample(
  { suite, every }: Pick<Sample, 'suite' | 'every'>,
  output: string,
): Promise<{ words: Recorded[]; said: string }> {
  const main = join(projectDir, 'src/cli/main.ts');
  const args = ['run', suite, '--shard', `1/${every}`, '--reporter', `dot,json=${output}/results.json`];
  const kernel = process.env.ESPALIER_KERNEL;
  if (kernel !== undefined) args.push('--kernel', kernel);
  const result = await run(process.execPath, [main, ...args, '--output', output]);
  const said = `${result.stdout}${result.stderr}`;
  assert.ok(result.status === 0 || result.status === 1, `exit status ${result.status}\n${said}`);
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')));
  return { words: results.map((one) => ({ suite: one.suite, name: one.name, word: one.word })), said };
}

interface Sample {
  readonly suite: string;
  /** Every so many-th good test of the suite, in its order. */
  readonly every: number;
  /** File beside the tests. */
  readonly record: string;
}

/**
 * Tests that a sample of a foreign suite comes out as recorded. When a change makes one pass, the record is written anew by
 * `ESPALIER_RECORD=1 npm test -- FILE`; the diff of the record is the review.
 */
export function testSample({ suite, every, record: name }: Sample): void {
  const record = join(import.meta.dirname, name);
  test(`every ${every}th test of ${suite} comes out as recorded`, async (t) => {
    const output = mkdtempSync(join(tmpdir(), 'espalier-sample-'));
    t.after(() => rmSync(output, { recursive: true, force: true }));
    const { words, said } = await runSample({ suite, every }, output);
    if (process.env.ESPALIER_RECORD) {
      const lines = words.map((one) => `    { "suite": "${one.suite}", "name": "${one.name}", "word": "${one.word}" }`);
      writeFileSync(record, `{\n  "version": 1,\n  "results": [\n${lines.join(',\n')}\n  ]\n}\n`);
    }
    const { results } = baselineSchema.parse(JSON.parse(readFileSync(record, 'utf8')));
    const told = (of: readonly Recorded[]): string[] => of.map((one) => `${one.name}: ${one.word}`);
    assert.deepEqual(told(words), told(results), said);
  });
}
