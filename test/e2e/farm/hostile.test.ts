import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { until } from '../../../src/base/deadline.ts';
import { parseFarmAddress } from '../../../src/farm/wire/address.ts';
import { bytesSource } from '../../../src/farm/wire/blob-source.ts';
import { FarmClient } from '../../../src/farm/wire/client.ts';
import { largestResult } from '../../../src/farm/wire/protocol.ts';
import { packFiles } from '../../../src/session/farm/archive.ts';
import { fingerprint } from '../../../src/session/farm/fingerprint.ts';
import { attemptFileNames, readAttemptFile } from '../../../src/store/attempt-files.ts';
import { reference } from '../sandbox.ts';
import { noPostgres } from './cluster.ts';
import { fieldsOfFile } from './field.ts';
import { Rogue } from './rogue.ts';
import { SimRun } from './simulation.ts';

const startFarm = fieldsOfFile();

suite('workers that do what they may not', { concurrency: 3 }, () => {
  test('a hostile worker is refused, and costs its own jobs only', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    const run = new SimRun(field, 'hostile');
    await run.send({ a: 20, b: 10 });
    const honest = await Rogue.join(t, field, 'honest');
    const rogue = await Rogue.join(t, field, 'rogue');
    const [its, other] = [await honest.pull(), await rogue.pull()];
    const result = randomBytes(100);
    const { sha256, size } = bytesSource(result);

    await t.test('bytes that do not have the announced hash', async () => {
      await assert.rejects(
        rogue.upload(
          result,
          sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
        ),
        /do not have the hash/,
      );
    });
    await t.test('a result that was never uploaded', async () => {
      await assert.rejects(rogue.done(other.lease, { sha256, size }), /was not uploaded/);
    });
    await rogue.upload(result);
    await t.test('a result of another size than it has', async () => {
      await assert.rejects(rogue.done(other.lease, { sha256, size: size + 1 }), /was not uploaded/);
    });
    await t.test('a result that is larger than any may be, announced or not', async () => {
      const path = `/v1/leases/${other.lease}/results/${sha256}`;
      const piece = new Uint8Array(4 * 1024 * 1024);
      const endless = async function* () {
        for (let sent = 0; sent <= largestResult; sent += piece.length) yield piece;
      };
      const kept = () => field.sql('select upload, part from espalier_farm.chunk order by upload, part');
      const before = await kept();
      for (const announced of [{ size: largestResult + 1 }, {}])
        await assert.rejects(rogue.send({ method: 'PUT', path, body: endless, ...announced }), /more than \d+ bytes/);
      assert.deepEqual(await kept(), before);
    });
    await t.test("another worker's job", async () => {
      assert.equal(await rogue.done(its.lease, { sha256, size }), false);
      await rogue.send({ method: 'POST', path: `/v1/leases/${its.lease}/back`, json: {} });
      await rogue.send({ method: 'POST', path: `/v1/leases/${its.lease}/fault`, json: { reason: 'no' } });
    });
    await t.test('a job that there is not', async () => {
      assert.equal(await rogue.done(randomUUID(), { sha256, size }), false);
    });
    await t.test('what is for drivers', async () => {
      await assert.rejects(
        rogue.send({ method: 'POST', path: '/v1/runs/hostile/cancel', json: {} }),
        /may not do this/,
      );
      await assert.rejects(
        rogue.send({ method: 'GET', path: `/v1/runs/hostile/results/${sha256}` }),
        /may not do this/,
      );
      await assert.rejects(rogue.send({ method: 'GET', path: `/v1/inputs/${sha256}` }), /no such input/);
    });
    await t.test('another protocol, and another token', async () => {
      const ask = (headers: Record<string, string>) => fetch(`${field.address}/v1/status`, { headers });
      const authorization = `Bearer ${field.tokens.worker}`;
      assert.equal((await ask({ authorization, 'espalier-protocol': '0' })).status, 426);
      assert.equal((await ask({ authorization: 'Bearer guessed-it-is', 'espalier-protocol': '1' })).status, 401);
    });
    await t.test('a result for a job that it does not hold', async () => {
      const { open, size } = bytesSource(result);
      for (const lease of [its.lease, randomUUID()]) {
        const path = `/v1/leases/${lease}/results/${sha256}`;
        await assert.rejects(rogue.send({ method: 'PUT', path, body: open, size }), /is not held any more/);
      }
    });
    await t.test('a path that is none', async () => {
      const headers = { authorization: `Bearer ${field.tokens.worker}`, 'espalier-protocol': '1' };
      assert.equal((await fetch(`${field.address}/v1/inputs/%zz`, { headers })).status, 400);
    });
    await t.test('a session that was begun with another token', async () => {
      const { stdout } = await field.espalier(['farm', 'token', 'add', 'stranger', '--role', 'worker']);
      const client = new FarmClient(parseFarmAddress(field.address, { ESPALIER_FARM_TOKEN: stdout.trim() }));
      const call = { method: 'POST' as const, path: '/v1/pull', json: {}, session: rogue.session };
      await assert.rejects(client.send(call), /session is over/);
    });
    await t.test('the honest worker still has its job, and each test has one result', async () => {
      const own = randomBytes(50);
      await honest.upload(own);
      assert.equal(await honest.done(its.lease, bytesSource(own)), true);
      assert.equal(await honest.done(its.lease, bytesSource(own)), true, 'an answer that was lost is given again');
      assert.equal(await rogue.done(other.lease, { sha256, size }), true);
      await run.receive(2);
      assert.deepEqual(run.results.map(({ name, worker }) => [name, worker]).sort(), [
        ['a', 'honest'],
        ['b', 'rogue'],
      ]);
    });
    await t.test('a token that was revoked', async () => {
      await field.espalier(['farm', 'token', 'revoke', 'the-worker']);
      await assert.rejects(rogue.pull(), /does not know this token/);
    });
    await t.test('a token with the name of one that was revoked opens no session of that one', async () => {
      const { stdout, code } = await field.espalier(['farm', 'token', 'add', 'the-worker', '--role', 'worker']);
      assert.equal(code, 0);
      const client = new FarmClient(parseFarmAddress(field.address, { ESPALIER_FARM_TOKEN: stdout.trim() }));
      const call = { method: 'POST' as const, path: '/v1/pull', json: {}, session: rogue.session };
      await assert.rejects(client.send(call), /session is over/);
    });
  });

  test('a test that loses three workers is unresolved, with the list, and ran alone before', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const run = new SimRun(field, 'poison');
    await run.send({ killer: 1000, other: 1 });
    const lost: string[] = [];
    for (const name of ['m1', 'm2', 'm3']) {
      const rogue = await Rogue.join(t, field, name);
      const lease = await rogue.pull();
      assert.equal(lease.key.name, 'killer', 'the longest, and what was lost, comes first');
      lost.push(name);
      if (name === 'm3') {
        await assert.rejects(rogue.pullFor(1500), /given up/, 'nothing comes while it has a job alone');
        assert.equal((await run.status()).runs[0]?.waiting, 1, 'nothing else is given to its machine');
      }
      await rogue.send({
        method: 'POST',
        path: `/v1/leases/${lease.lease}/fault`,
        json: { reason: `died on ${name}` },
      });
      await rogue.send({ method: 'POST', path: '/v1/workers/leave', json: {} });
    }
    await until(async () => (await run.status()).tallies.poison === 1, { what: 'the verdict', timeoutMs: 30_000 });
    await run.receive(1);
    const [{ outcome }] = run.results as [(typeof run.results)[0]];
    assert.ok(outcome.kind === 'trouble');
    assert.equal(outcome.trouble.fault, 'infrastructure');
    assert.equal(outcome.trouble.detail.output, lost.map((name) => `${name} on ${name}: died on ${name}`).join('\n'));
  });

  test('a worker whose machine fails one job after another gets its next ones later and later', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const run = new SimRun(field, 'faults');
    await run.send({ a: 3, b: 2, c: 1 });
    const rogue = await Rogue.join(t, field, 'broken');
    await rogue.fail();
    const health = async () => (await run.status()).workers.map((worker) => worker.health);
    assert.deepEqual(await health(), ['good']);
    for (let faults = 2; faults <= 3; faults += 1) await rogue.fail();
    assert.deepEqual(await health(), ['suspect']);
    const begin = performance.now();
    const { lease, canary } = await rogue.pull();
    assert.ok(performance.now() - begin > 1500, 'two seconds after its third fault at the earliest');
    assert.equal(canary, false, 'nobody has passed anything that it could try');
    const bytes = randomBytes(10);
    await rogue.upload(bytes);
    assert.equal(await rogue.done(lease, bytesSource(bytes)), true);
    assert.deepEqual(await health(), ['good']);
  });

  test('a suspect worker gets a test that another machine passed, and no job before it passes that one', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    const run = new SimRun(field, 'canary');
    await run.send({ long: 9, short: 8, b: 3, c: 2, d: 1 });
    const honest = await Rogue.join(t, field, 'honest');
    for (const name of ['long', 'short']) {
      const { lease, key } = await honest.pull();
      assert.equal(key.name, name);
      const bytes = randomBytes(10);
      await honest.upload(bytes);
      await honest.done(lease, bytesSource(bytes));
    }
    const rogue = await Rogue.join(t, field, 'broken');
    await rogue.fail();
    await rogue.fail();
    const blob = bytesSource(randomBytes(10));
    const health = async () => (await run.status()).workers.find(({ name }) => name === 'broken')?.health;
    const tries: readonly [string, () => Promise<unknown>][] = [
      ['another verdict', async () => rogue.done((await rogue.pull()).lease, blob, 'minor')],
      ['another fault', () => rogue.fail()],
    ];
    for (const [what, attempt] of tries) {
      await attempt();
      assert.equal(await health(), 'suspect', what);
    }
    const { lease, key, canary } = await rogue.pull();
    assert.deepEqual([key.name, canary], ['short', true]);
    await assert.rejects(rogue.pullFor(500), /given up/, 'one at a time, whatever waits');
    assert.equal(await rogue.done(lease, blob), true, 'its result is not wanted');
    assert.equal(await health(), 'good');
    assert.deepEqual([(await rogue.pull()).key.name, rogue.canary], ['d', false], 'b and c are for another machine');
    const { tallies, runs } = await run.status();
    assert.deepEqual([tallies.canaries, tallies.accepted, runs[0]?.done], [1, 2, 2]);
    assert.equal((await field.sql('select * from espalier_farm.loss')).length, 2, 'a canary is nobody’s loss');
  });

  test('a verdict that does not follow from its files is found by the driver, which names the worker', {
    skip: noPostgres,
  }, async (t) => {
    const field = await startFarm(t);
    field.box.add({
      bad: { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) },
    });
    await field.box.run();
    const [run = ''] = field.box.runs();
    const attempt = join(field.box.dir, 'espalier-runs', run, 'attempts/libreswan/bad/0');
    const files = [...attemptFileNames(attempt)].map(
      (name) => [name, readAttemptFile(attempt, name) as Buffer] as const,
    );
    const forged = files.map(([name, bytes]) => {
      const content = name === 'verdict.json' ? bytes.toString().replace('"word": "minor"', '"word": "major"') : bytes;
      return [`attempt/${name}`, Buffer.from(content)] as const;
    });
    const result = await packFiles(new Map(forged), { what: 'it', fault: 'bug' });
    const driver = field.driver(['run', '--substrate', 'fake', '--suite', 'testing']);
    const liar = await Rogue.join(t, field, 'liar', ['substrate:fake', `code:${fingerprint()}`]);
    const { lease } = await liar.pull();
    await liar.upload(result);
    assert.equal(await liar.done(lease, bytesSource(result)), true);
    assert.equal(await driver.ended(), 1, driver.said);
    assert.match(driver.said, /libreswan:bad: the worker liar says major, its files say minor; /);
    assert.match(driver.said, /^ *1 minor$/m);
  });
});
