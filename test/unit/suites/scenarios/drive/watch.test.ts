import assert from 'node:assert/strict';
import { test } from 'node:test';
import { every } from '../../../../../src/base/deadline.ts';
import { EspalierError } from '../../../../../src/base/errors.ts';
import { watched } from '../../../../../src/suites/scenarios/drive/watch.ts';

const origin = { file: 'x.scenario.ts', line: 3 };
const patience = { stuckMs: 50, cpuMs: 1_000, lookMs: 5 };
const never = (): Promise<void> => new Promise(() => {});

function toldWith(message: RegExp, line: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof EspalierError);
    assert.match(error.message, message);
    assert.deepEqual(error.detail, { file: 'x.scenario.ts', line });
    return true;
  };
}

test('a function that awaits what never comes is told of at its declaration', async () => {
  const stepper = { steps: [], pending: new Map(), cpuMs: 0 };
  await assert.rejects(
    watched({ stepper, origin, patience }, never),
    toldWith(/^the function has asked for nothing/, 3),
  );
});

test('a function that goes on for ever is told of at the step that it is in', async () => {
  const stepper = { steps: [], pending: new Map([[Symbol(), { file: 'x.scenario.ts', line: 8 }]]), cpuMs: 1_001 };
  await assert.rejects(watched({ stepper, origin, patience }, never), toldWith(/^its lab has used 1 s of CPU/, 8));
});

test('a function that waits for a step is not stuck, and ends by itself', async () => {
  const stepper = { steps: [], pending: new Map([[Symbol(), origin]]), cpuMs: 0 };
  const step = Promise.withResolvers<void>();
  const watch = watched({ stepper, origin, patience }, () => step.promise);
  // Many looks, after which it would count as stuck.
  const looked = Promise.withResolvers<void>();
  let looks = 0;
  using _looks = every(5, () => {
    looks += 1;
    if (looks === 40) looked.resolve();
  });
  await looked.promise;
  step.resolve();
  await watch;
});
