import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit } from './books.ts';
import { Chaos } from './chaos.ts';
import { noPostgres } from './cluster.ts';
import { fieldsOfFile } from './field.ts';

const jobs = 500;
const startFarm = fieldsOfFile();

test(`${jobs} jobs have one result each, though workers die, hang and are cut off, the database ends twice, and the driver is killed`, {
  skip: noPostgres,
}, async (t) => {
  const field = await startFarm(t);
  const chaos = new Chaos(field, { jobs, workers: 20, jobMs: 400, everyMs: 1000, awayMs: 15_000, restarts: 2 });
  const { disturbances, refused } = await chaos.run();
  const { tests, made, poison, lost, stale } = await audit(field, disturbances);
  t.diagnostic(`${made} made, ${poison} given up, ${lost} lost, ${stale} late, ${disturbances.length} disturbances`);
  assert.equal(tests, jobs);
  assert.ok(lost > 10, 'workers were lost');
  assert.ok(refused > 0, 'late results came');
  assert.ok(refused <= stale, 'and each was counted; some workers did not hear of it');
  // Chance may kill three workers with one test.
  assert.ok(poison <= 3);
  const { stdout, stderr, code } = await chaos.collect();
  assert.match(stdout, new RegExp(`^${made} passed$`, 'm'), stderr);
  assert.match(stdout, new RegExp(`^${jobs} of ${jobs} done`, 'm'));
  assert.equal(code, poison === 0 ? 0 : 2, stderr);
});
