import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { filesBelow } from '../../../src/base/door/folders.ts';
import { passing, reference } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { fieldsOfFile } from './field.ts';
import { assertSameRun } from './same-run.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };

const startFarm = fieldsOfFile();

suite('a run on a farm', { concurrency: 3 }, () => {
  test('a run on a farm ends like a run on this machine', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const worker = field.worker();
    field.box.add({ one: passing(), two: passing('echo 2', '2\n'), bad: failing });
    const { code, stdout, stderr } = await field.run();
    assert.match(stdout, /^1 minor\n2 passed\n3 of 3 done/m, stderr + worker.said);
    assert.equal(code, 1);
  });

  test('its run folder is byte for byte the one of this machine, but for times', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
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
    assert.equal(assertSameRun(farDir, nearDir), 26);
  });
});
