import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow } from '../../../src/base/door/folders.ts';
import { attemptFileNames, readAttemptFile } from '../../../src/store/attempt-files.ts';
import { passing, reference } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { Field } from './field.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };

test('a run on a farm ends like a run on this machine', { skip: noPostgres }, async (t) => {
  const field = await Field.start(t);
  const worker = field.worker();
  field.box.add({ one: passing(), two: passing('echo 2', '2\n'), bad: failing });
  const { code, stdout, stderr } = await field.run();
  assert.match(stdout, /^1 minor\n2 passed\n3 of 3 done/m, stderr + worker.said);
  assert.equal(code, 1);
});

/** What an attempt holds, without wall times. */
function contentOf(dir: string): Record<string, string> {
  const names = [...attemptFileNames(dir)].filter((name) => !name.startsWith('artifacts'));
  const text = (name: string): string => readAttemptFile(dir, name)?.toString('latin1') ?? '';
  return Object.fromEntries(names.map((name) => [name, text(name).replace(/"time": \{[^}]*\}/, '"time"')]));
}

test('its run folder is byte for byte the one of this machine, but for times', { skip: noPostgres }, async (t) => {
  const field = await Field.start(t);
  for (let count = 0; count < 3; count += 1) field.worker();
  const tests = Array.from({ length: 12 }, (_, at) => [
    `test-${at}`,
    at % 4 === 3 ? failing : passing(`echo ${at}`, `${at}\n`),
  ]);
  field.box.add({ ...Object.fromEntries(tests), random: passing('fake: random', 'another one\n') });
  const args = ['--seed', '5', '--repeat-each', '2'];
  const far = await field.run(...args);
  const near = await field.box.run(...args);
  assert.equal(far.code, near.code, far.stderr);
  const [farId = '', nearId = ''] = field.box.runs();
  const [farDir, nearDir] = [farId, nearId].map((id) => join(field.box.dir, 'espalier-runs', id)) as [string, string];
  assert.deepEqual(filesBelow(farDir).files.sort(), filesBelow(nearDir).files.sort());
  const attempts = filesBelow(farDir).files.filter((name) => name.endsWith('attempt.json'));
  assert.equal(attempts.length, 26);
  for (const name of attempts) {
    const [one, other] = [farDir, nearDir].map((dir) => contentOf(join(dir, name, '..')));
    assert.deepEqual(one, other, name);
  }
  for (const name of filesBelow(join(nearDir, 'inputs')).files) {
    assert.equal(
      field.box.read(`espalier-runs/${farId}/inputs/${name}`),
      field.box.read(`espalier-runs/${nearId}/inputs/${name}`),
    );
  }
  const results = (id: string) =>
    field.box.readJson(`espalier-runs/${id}/results.json`) as { results: { name: string; word: string }[] };
  const words = (id: string) => results(id).results.map(({ name, word }) => [name, word]);
  assert.deepEqual(words(farId), words(nearId));
});
