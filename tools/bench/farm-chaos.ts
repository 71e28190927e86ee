import assert from 'node:assert/strict';
import { audit } from '../../test/e2e/farm/books.ts';
import { Chaos } from '../../test/e2e/farm/chaos.ts';
import { Field } from '../../test/e2e/farm/field.ts';
import { type Audience, figure } from './farm-audience.ts';

/** The test under `test/e2e/farm/chaos.test.ts`, larger: workers are away for 30 s. Throws where a job is lost or made twice. */
export async function benchChaos(audience: Audience, jobs: number): Promise<boolean> {
  const field = await Field.start(audience);
  const chaos = new Chaos(field, { jobs, workers: 20, jobMs: 100, everyMs: 1000, awayMs: 30_000, restarts: 2 });
  const { wallMs, disturbances, refused } = await chaos.run();
  const { tests, made, poison, lost, stale } = await audit(field, disturbances);
  assert.equal(tests, jobs);
  figure('attempts, each with one result', `${tests} in ${Math.round(wallMs / 1000)} s`);
  figure('made, and called unresolved after losing three workers', `${made}, ${poison}`);
  for (const [kind, all] of Map.groupBy(disturbances, (one) => one.kind)) figure(kind, String(all.length));
  figure('jobs lost with their workers and made again', String(lost));
  figure('late results, all refused; of which the worker heard', `${stale}, ${refused}`);
  const { stdout, code } = await chaos.collect();
  const [passed] = /^\d+ passed$/m.exec(stdout) ?? [];
  figure('the driver, killed at the beginning, comes back', `${passed}, exit code ${code}`);
  return passed === `${made} passed` && code === (poison === 0 ? 0 : 2);
}
