import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { until } from '../../../src/base/deadline.ts';
import { bytesSource } from '../../../src/farm/wire/blob-source.ts';
import type { Lease } from '../../../src/farm/wire/protocol.ts';
import { noPostgres } from './cluster.ts';
import { Field, fieldsOfFile } from './field.ts';
import { Rogue } from './rogue.ts';
import { SimRun } from './simulation.ts';

const result = randomBytes(100);
const blob = bytesSource(result);

/** The last heartbeat of every job was long ago. */
async function age(field: Field): Promise<void> {
  await field.sql("update espalier_farm.lease set beat = now() - interval '1 hour'");
}

async function losses(field: Field): Promise<number> {
  return (await field.sql('select * from espalier_farm.loss')).length;
}

/** The time is what the farm goes by: there is nothing else to wait for. */
async function passes(ms: number): Promise<void> {
  const begin = performance.now();
  await until(() => performance.now() - begin > ms, { what: 'time to pass', timeoutMs: 2 * ms });
}

/** A worker takes a job and is silent from then on, until the farm gives it up. */
async function lost(field: Field, rogue: Rogue, before: number): Promise<Lease> {
  const lease = await rogue.pull();
  await rogue.silence();
  const ask = async () => {
    await age(field);
    return (await losses(field)) > before;
  };
  await until(ask, { what: 'the job to be lost', timeoutMs: 30_000, intervalMs: 200 });
  return lease;
}

const startFarm = fieldsOfFile();

suite('jobs whose worker was lost', { concurrency: 3 }, () => {
  test('a worker that wakes after its job was lost', { skip: noPostgres }, async (t) => {
    const field = await startFarm(t);
    await t.test('has its result refused, and counted once, while another one makes the job', async (t) => {
      const run = new SimRun(field, 'zombie');
      await run.send({ a: 1 });
      const zombie = await Rogue.join(t, field, 'zombie');
      const { lease } = await lost(field, zombie, 0);
      const other = await Rogue.join(t, field, 'other');
      const again = await other.pull();
      assert.deepEqual(again.key, { suite: 'sim', name: 'a', attempt: 0 });
      await other.upload(result);
      await assert.rejects(zombie.upload(result), /is not held any more/);
      assert.equal(await zombie.done(lease, blob), false);
      assert.equal(await other.done(again.lease, blob), true);
      assert.equal(await zombie.done(lease, blob), false);
      await run.receive(1);
      assert.deepEqual(
        run.results.map(({ worker }) => worker),
        ['other'],
      );
      const { stale, accepted, lost: lostJobs } = (await run.status()).tallies;
      assert.deepEqual({ stale, accepted, lostJobs }, { stale: 1, accepted: 1, lostJobs: 1 });
    });
    await t.test('does not make its test poison: it was out of sight, and the test did not end it', async (t) => {
      const run = new SimRun(field, 'unlucky');
      await run.send({ a: 1 });
      const before = await losses(field);
      for (const [more, name] of ['m1', 'm2', 'm3', 'm4'].entries()) {
        const rogue = await Rogue.join(t, field, name);
        await lost(field, rogue, before + more);
        await rogue.send({ method: 'POST', path: '/v1/beat', json: { leases: [] } });
      }
      const last = await Rogue.join(t, field, 'm5');
      const { lease } = await last.pull();
      await last.upload(result);
      assert.equal(await last.done(lease, blob), true);
      assert.equal((await run.status()).tallies.poison, undefined);
    });
  });

  test('no job is lost because the database was away: workers get time to be heard of again', {
    skip: noPostgres,
  }, async (t) => {
    const field = await Field.start(t);
    const run = new SimRun(field, 'outage');
    await run.send({ a: 1 });
    const worker = await Rogue.join(t, field, 'w');
    const { lease } = await worker.pull();
    await worker.silence();
    field.cluster.down('immediate');
    await passes(6000);
    await field.cluster.up();
    await age(field);
    // Three looks for lost jobs.
    await passes(6000);
    await worker.send({ method: 'POST', path: '/v1/beat', json: { leases: [lease] } });
    await worker.upload(result);
    assert.equal(await worker.done(lease, blob), true);
    assert.equal(await losses(field), 0);
  });
});
