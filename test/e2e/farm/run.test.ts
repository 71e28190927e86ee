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
    assert.match(stdout, /^1 minor\n(?:.*\n)?2 passed\n(?:.*\n)?3 of 3 done/m, stdout + stderr + worker.said);
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

  test('so is that of scenario files, whose places are named as the driver has them', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const worker = field.worker();
    const { box } = field;
    const declare = (name: string, body: string): string =>
      `scenario('${name}', { hosts: { a: linux() }, links: { l: ['a'] } }, async ({ hosts: { a } }) => {\n  await a.exec('echo said');\n  ${body}\n});\n`;
    const tests = [
      declare('another transcript', "await expect(a).toMatchTranscript('a.console');"),
      declare('no transcript yet', "await expect(a).toMatchTranscript('none.console');"),
      declare('an error', "throw new Error('here');"),
    ];
    box.write('mine/a.console', 'something else\n');
    const head = "import { expect, linux, scenario } from 'espalier';\n";
    box.write('mine/demo.scenario.ts', head + tests.join(''));
    box.write(
      'its/own.scenario.ts',
      head + declare('made', "await expect(a).toMatchTranscript(['a', 'b'].join('.'));"),
    );
    const args = ['run', '--substrate', 'fake', '--seed', '5'];
    const far = await field.espalier([...args, 'mine/demo.scenario.ts'], field.driverEnvironment);
    const near = await field.espalier([...args, 'mine/demo.scenario.ts']);
    assert.match(near.stdout, /mine\/demo\.scenario\.ts:/, far.stderr + worker.said);
    const [farDir, nearDir] = box.runs().map((id) => join(box.dir, 'espalier-runs', id)) as [string, string];
    assert.equal(assertSameRun(farDir, nearDir), 3);
    const unsent = await field.espalier([...args, 'its/own.scenario.ts'], field.driverEnvironment);
    assert.match(unsent.stdout, /^1 unresolved$/m, unsent.stderr);
    assert.match(unsent.stdout, /its\/own\.scenario\.ts:4: .*the transcript a\.b was not sent to the farm/);
  });
});
