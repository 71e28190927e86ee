import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { passing } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { fieldsOfFile } from './field.ts';
import { Rogue } from './rogue.ts';
import { SimRun } from './simulation.ts';

const startFarm = fieldsOfFile();

suite('the state of a farm', { concurrency: 3 }, () => {
  test('two servers with one database are one farm; its state is shown in the terminal, to Prometheus, and as a page', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const second = field.spawn(['farm', 'start', '--plain', '--port', '0']);
    const [, other = ''] = await second.says(/^farm: (http:\S+)$/m);
    field.worker([], { ESPALIER_FARM: other });
    field.box.add({ one: passing(), two: passing('echo 2', '2\n') });
    const { code, stdout, stderr } = await field.run();
    assert.match(stdout, /^2 passed$/m, stderr);
    assert.equal(code, 0);

    const headers = { authorization: `Bearer ${field.tokens.worker}` };
    for (const address of [field.address, other]) {
      const metrics = await (await fetch(`${address}/metrics`, { headers })).text();
      assert.match(metrics, /^espalier_farm_accepted_total 2$/m);
      assert.match(metrics, /^espalier_farm_jobs\{state="done"\} 2$/m);
      assert.match(metrics, /^espalier_farm_workers\{health="good"\} 1$/m);
      assert.match(metrics, /^espalier_farm_slots 1$/m);
    }
    assert.equal((await fetch(`${field.address}/metrics`)).status, 401);

    const text = (await field.status([])).stdout;
    assert.match(text, /^w1 +w1 +0 of 1 busy +2 done +good$/m);
    const serve = field.spawn(['serve', '--port', '0', '--farm', field.address], {
      ESPALIER_FARM_TOKEN: field.tokens.driver,
    });
    const [site = ''] = await serve.says(/^http:\S+$/m);
    const page = await (await fetch(`${site}farm`)).text();
    assert.match(page, /w1 +w1 +0 of 1 busy +2 done +good/);
    const state = (await (await fetch(`${site}api/farm`)).json()) as { workers: { name: string }[] };
    assert.deepEqual(
      state.workers.map(({ name }) => name),
      ['w1'],
    );
    field.server.child.kill('SIGKILL');
    await field.server.ended();
    const gone = await fetch(`${site}farm`);
    assert.equal(gone.status, 502);
    assert.match(await gone.text(), /cannot be reached/);
  });

  test('two runs share a farm by turns, and within each the longest test goes first', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const [first, second] = [new SimRun(field, 'first'), new SimRun(field, 'second')];
    await first.send({ a: 1, b: 4, c: 3, d: 2 });
    await second.send({ e: 1, f: 2 });
    const worker = await Rogue.join(t, field, 'w');
    const order: string[] = [];
    for (let count = 0; count < 6; count += 1) order.push((await worker.pull()).key.name);
    assert.deepEqual(order, ['b', 'f', 'c', 'e', 'd', 'a']);
  });
});
