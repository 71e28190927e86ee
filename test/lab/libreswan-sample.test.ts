/**
 * Every 40th good test of libreswan's own suite, in its order: each must come out as recorded in
 * libreswan-sample.json. When a change makes one pass, the record is written anew by
 * `ESPALIER_RECORD=1 npm test -- test/lab/libreswan-sample`; the diff of that file is the review.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { baselineSchema } from '../../src/store/schemas.ts';

const every = 40;
const record = join(import.meta.dirname, 'libreswan-sample.json');

/** What is recorded of a result. */
interface Recorded {
  readonly suite: string;
  readonly name: string;
  readonly word: string;
}

/** Runs the sample; words in the suite's order, and what the terminal said. */
async function runSample(output: string): Promise<{ words: Recorded[]; said: string }> {
  const main = join(projectDir, 'src/cli/main.ts');
  const args = ['run', 'libreswan', '--shard', `1/${every}`, '--reporter', `dot,json=${output}/results.json`];
  const kernel = process.env.ESPALIER_KERNEL;
  if (kernel !== undefined) args.push('--kernel', kernel);
  const result = await run(process.execPath, [main, ...args, '--output', output]);
  const said = `${result.stdout}${result.stderr}`;
  assert.ok(result.status === 0 || result.status === 1, `exit status ${result.status}\n${said}`);
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(join(output, 'results.json'), 'utf8')));
  return { words: results.map(({ suite, name, word }) => ({ suite, name, word })), said };
}

test(`every ${every}th test of libreswan's suite comes out as recorded`, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-sample-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const { words, said } = await runSample(output);
  if (process.env.ESPALIER_RECORD) {
    const lines = words.map(
      ({ suite, name, word }) => `    { "suite": "${suite}", "name": "${name}", "word": "${word}" }`,
    );
    writeFileSync(record, `{\n  "version": 1,\n  "results": [\n${lines.join(',\n')}\n  ]\n}\n`);
  }
  const { results } = baselineSchema.parse(JSON.parse(readFileSync(record, 'utf8')));
  const told = (of: readonly Recorded[]): string[] => of.map(({ name, word }) => `${name}: ${word}`);
  assert.deepEqual(told(words), told(results), said);
});
