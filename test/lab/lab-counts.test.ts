/**
 * What is counted of four reference labs, against lab-counts.json. When labs become dearer or cheaper on purpose, the file is made
 * anew by `ESPALIER_RECORD=1 npm test -- test/lab/lab-counts.test.ts`; its diff is the review.
 */
import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { attemptSchema } from '../../src/model/attempt.ts';
import { keyOf } from '../../src/model/scenario.ts';
import { compareCounts, type ReferenceCounts } from '../../tools/bench/counts.ts';
import { referenceLabs, referenceSeed } from '../../tools/bench/reference-labs.ts';
import { skip } from './lab.ts';

const file = join(import.meta.dirname, 'lab-counts.json');
const counts = z.object({ handOvers: z.number(), pageFaults: z.number() });
const schema = z.object({ version: z.literal(1), host: z.string(), labs: z.record(z.string(), counts) });

/** Counts of the labs, run once with a fixed seed. */
async function countLabs(output: string): Promise<ReferenceCounts> {
  const main = join(projectDir, 'src/cli/main.ts');
  const args = [main, 'run', ...referenceLabs, '--seed', referenceSeed, '--reporter', 'dot', '--output', output];
  const { status, stdout, stderr } = await run(process.execPath, args);
  assert.equal(status, 0, `${stdout}${stderr}`);
  const attempts = globSync('*/attempts/*/*/*/attempt.json', { cwd: output });
  const costs = attempts.map((name) => attemptSchema.parse(JSON.parse(readFileSync(join(output, name), 'utf8'))));
  return {
    host: release().split('.', 2).join('.'),
    labs: Object.fromEntries(
      costs
        .sort((a, b) => referenceLabs.indexOf(keyOf(a)) - referenceLabs.indexOf(keyOf(b)))
        .map((one) => {
          const { handOvers, pageFaults } = one.cost ?? assert.fail(`${keyOf(one)} says nothing of its cost`);
          return [keyOf(one), { handOvers, pageFaults }];
        }),
    ),
  };
}

const reason = process.env.ESPALIER_KERNEL === undefined ? skip : 'the reference is of the usual kernel';

test('no reference lab takes 5 % more hand-overs or page faults than before', { skip: reason }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-counts-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const now = await countLabs(output);
  if (process.env.ESPALIER_RECORD) writeFileSync(file, `${JSON.stringify({ version: 1, ...now }, undefined, 2)}\n`);
  const { worse, better, left } = compareCounts(schema.parse(JSON.parse(readFileSync(file, 'utf8'))), now);
  for (const line of [...better.map((one) => `${one}: take the reference again`), ...left]) t.diagnostic(line);
  assert.deepEqual(worse, []);
});
