import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { until } from '../../../src/base/deadline.ts';
import { passing, reference, type TestFiles } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { type Field, fieldsOfFile, noSmallDisk } from './field.ts';

/** A test that takes wall time, so that something can happen meanwhile. */
function taking(ms: number): TestFiles {
  const line = `fake: wall ${ms}`;
  return { 'eastinit.sh': `${line}\n`, 'east.console.txt': reference('east', [line]) };
}

const slow = taking(60_000);

/** Waits until so many jobs are in a state. */
async function count(field: Field, state: string, wanted: number): Promise<void> {
  const ask = async () => {
    const [row] = (await field.sql(
      `select count(*)::int as jobs from espalier_farm.task where state = '${state}'`,
    )) as { jobs: number }[];
    return row?.jobs === wanted;
  };
  await until(ask, { what: `${wanted} jobs to be ${state}`, timeoutMs: 90_000, intervalMs: 200 });
}

/** All that the farm holds, unpacked. */
async function contents(field: Field): Promise<string[]> {
  const rows = (await field.sql(
    "select string_agg(bytes, '' order by part) as bytes from espalier_farm.chunk group by upload",
  )) as { bytes: Buffer }[];
  return rows.map(({ bytes }) => {
    try {
      return zstdDecompressSync(bytes).toString('latin1');
    } catch {
      return bytes.toString('latin1');
    }
  });
}

const head = "import { file, linux, scenario } from 'espalier';\n";

const startFarm = fieldsOfFile();

suite('the life of a run on a farm', { concurrency: 3 }, () => {
  test('of a scenario file only its own parts reach the farm; what a worker cannot load is made again on --resume', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const { box } = field;
    const secret = 'a-secret-of-4096-bytes '.repeat(400);
    for (const name of ['.env', '.git/config', 'notes.txt']) box.write(`mine/${name}`, secret);
    box.write('mine/data.conf', 'from a file\n');
    box.write('mine/lib/words.ts', "export const said = 'imported';\n");
    box.write(
      'mine/demo.scenario.ts',
      `${head}import { said } from './lib/words.ts';
if (process.env.ONLY_SOME === undefined) throw new Error('this machine lacks something');
scenario('one', { hosts: { a: linux({ files: { '/etc/x': file('data.conf') } }) }, links: { l: ['a'] } }, async ({ hosts: { a } }) => {
  const { stdout } = await a.exec(\`echo \${said}\`);
  if (stdout !== 'imported\\n') throw new RangeError(stdout);
});\n`,
    );
    const environment = { ...field.driverEnvironment, ONLY_SOME: '1' };
    const worker = field.worker();
    const first = await field.espalier(['run', '--substrate', 'fake', 'mine/demo.scenario.ts'], environment);
    assert.match(first.stdout, /^1 unresolved$/m, first.stderr + worker.said);
    assert.match(first.stdout + first.stderr, /cannot be loaded: this machine lacks something/);
    assert.deepEqual(await field.sql('select * from espalier_farm.loss'), [], 'no machine is blamed');
    const sent = await contents(field);
    assert.ok(sent.some((text) => text.includes("said = 'imported'")));
    assert.ok(!sent.some((text) => text.includes('a-secret-of')));
    worker.child.kill('SIGTERM');
    assert.equal(await worker.ended(), 0, worker.said);
    field.worker([], { ONLY_SOME: '1' });
    const again = await field.espalier(['run', '--resume', 'latest'], environment);
    assert.match(again.stdout, /^1 passed$/m, again.stderr);
    assert.equal(again.code, 0);
  });

  test('a run that was left to the farm keeps its labels, and is collected later', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    field.box.add({ one: passing(), two: passing('echo 2', '2\n') });
    const left = await field.run('--detach', '--farm-labels', 'big');
    assert.match(left.stderr, /^2 attempts are at the farm; for their results: espalier run --attach /m);
    assert.equal(left.code, 0, left.stderr);
    field.worker(['--labels', 'big']);
    await count(field, 'done', 2);
    const attached = await field.espalier(['run', '--attach', 'latest'], field.driverEnvironment);
    assert.match(attached.stdout, /^2 passed\n2 of 2 done/m, attached.stderr);
    assert.equal(attached.code, 0);
    const [run] = (await field.sql('select needs, state from espalier_farm.run')) as {
      needs: string[];
      state: string;
    }[];
    assert.equal(run?.needs.at(-1), 'big');
    assert.equal(run?.state, 'ended');
  });

  test('what cannot be sent ends --detach with 2; another test is at the farm', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    field.box.add({ one: passing(), two: passing('echo 2', '2\n') });
    truncateSync(join(field.box.dir, 'testing/pluto/two/east.console.txt'), 2 ** 40);
    const { code, stderr } = await field.run('--detach');
    assert.match(stderr, /^not sent: libreswan:two: .*has 1099511627776 bytes/m);
    assert.match(stderr, /^1 attempts are at the farm/m);
    assert.equal(code, 2);
  });

  test('Ctrl-C at the driver ends what workers make, and the run can go on', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const worker = field.worker();
    field.box.add({ slow });
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    await count(field, 'leased', 1);
    driver.child.kill('SIGINT');
    await until(async () => (await field.sql('select * from espalier_farm.lease')).length === 0, {
      what: 'the worker to have no job',
      timeoutMs: 2000,
    });
    assert.equal(await driver.ended(), 130, driver.said);
    await count(field, 'cancelled', 1);
    field.box.add({ slow: passing() });
    const resumed = await field.espalier(['run', '--resume', 'latest'], field.driverEnvironment);
    assert.equal(resumed.code, 0, resumed.stderr + worker.said);
  });

  test('a worker that is told to end gives its job to another one', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const first = field.worker(['--drain', '0']);
    field.box.add({ slow });
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    await count(field, 'leased', 1);
    first.child.kill('SIGTERM');
    assert.equal(await first.ended(), 0, first.said);
    await count(field, 'waiting', 1);
    field.worker();
    await count(field, 'leased', 1);
    assert.deepEqual(await field.sql('select * from espalier_farm.loss'), []);
    driver.child.kill('SIGINT');
    assert.equal(await driver.ended(), 130);
  });

  test('a worker that is told to end finishes its job first', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const worker = field.worker();
    field.box.add({ some: taking(4000) });
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    await count(field, 'leased', 1);
    worker.child.kill('SIGTERM');
    assert.equal(await worker.ended(), 0, worker.said);
    assert.deepEqual(await field.sql('select worker from espalier_farm.result'), [{ worker: 'w1' }]);
    assert.equal(await driver.ended(), 0, driver.said);
  });

  test('a driver that was killed takes what came meanwhile on --resume, and nothing is made twice', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    field.box.add({ one: passing(), two: passing('echo 2', '2\n'), three: passing('echo 3', '3\n') });
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    await count(field, 'waiting', 3);
    driver.child.kill('SIGKILL');
    await driver.ended();
    field.worker();
    await count(field, 'done', 3);
    const { stdout, stderr, code } = await field.espalier(['run', '--resume', 'latest'], field.driverEnvironment);
    assert.match(stdout, /^3 passed\n3 of 3 done/m, stderr);
    assert.equal(code, 0);
    assert.deepEqual(await field.sql('select done from espalier_farm.worker'), [{ done: 3 }]);
  });

  test('a worker whose disk is full costs no test; it becomes suspect', {
    skip: noPostgres || noSmallDisk,
  }, async (t) => {
    const field = await startFarm(t);
    const full = field.workerOnSmallDisk(24);
    const other = field.worker();
    for (const worker of [full, other]) await worker.says(/ready/);
    field.box.add(Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`test-${at}`, taking(1500)])));
    const { stdout, stderr, code } = await field.run();
    assert.match(stdout, /^6 passed$/m, stderr + full.said);
    assert.equal(code, 0);
    const workers = async (table: string) => {
      const rows = (await field.sql(`select distinct worker from espalier_farm.${table}`)) as { worker: string }[];
      return rows.map(({ worker }) => worker);
    };
    assert.deepEqual(await workers('loss'), ['w1'], full.said);
    assert.deepEqual(await workers('result'), ['w2']);
    const [loss] = (await field.sql('select reason from espalier_farm.loss')) as { reason: string }[];
    assert.match(loss?.reason ?? '', /ENOSPC|no space left/i);
  });

  test('attempts that are spread wait for another machine than the one that has the attempt before', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    // Bytes of the seed, and others.
    field.box.add({ one: passing(), seeded: passing('fake: random'), unseeded: passing('fake: unseeded') });
    const alone = await field.box.run('--spread');
    assert.match(alone.stderr, /--spread: no farm is named/);
    field.worker();
    const options = ['--repeat-each', '2', '--spread'];
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing', ...options]);
    await count(field, 'done', 3);
    await count(field, 'waiting', 3);
    field.worker();
    assert.equal(await driver.ended(60_000), 1, driver.said);
    const made = await field.sql(
      'select attempt, machine, count(*)::int as tests from espalier_farm.result group by 1, 2 order by 1',
    );
    assert.deepEqual(made, [
      { attempt: 0, machine: 'w1', tests: 3 },
      { attempt: 1, machine: 'w2', tests: 3 },
    ]);
    for (const word of ['1 minor', '1 nondeterminism', '1 passed'])
      assert.match(driver.said, new RegExp(`^ *${word}$`, 'm'), `only what is not of the seed differs: ${driver.said}`);
    assert.doesNotMatch(driver.said, /though spread/);
  });
});
