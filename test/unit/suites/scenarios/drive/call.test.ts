import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Calls } from '../../../../../src/suites/scenarios/drive/call.ts';

const fails = async (): Promise<never> => {
  await setImmediate();
  throw new RangeError('no');
};

/** What a scenario may do with a call, and whether it looks at its failure. */
const uses: readonly (readonly [what: string, use: (call: Promise<unknown>) => unknown, looks: boolean])[] = [
  ['nothing', () => {}, false],
  ['void', (call) => void call, false],
  ['another promise beside it', (call) => Promise.allSettled([call.constructor]), false],
  [
    'await',
    async (call) => {
      try {
        await call;
      } catch {}
    },
    true,
  ],
  ['catch', (call) => call.catch(() => {}), true],
  ['then', (call) => call.then(undefined, () => {}), true],
  ['finally', (call) => call.finally(() => {}).catch(() => {}), true],
  ['all', (call) => Promise.all([call]).catch(() => {}), true],
  ['allSettled', (call) => Promise.allSettled([call]), true],
  ['race', (call) => Promise.race([call]).catch(() => {}), true],
  ['returned from async', (call) => (async () => call)().catch(() => {}), true],
];

for (const [what, use, looks] of uses) {
  test(`a call that fails is ${looks ? 'looked at' : 'ignored'}: ${what}`, async () => {
    const calls = new Calls();
    const origin = { file: 'x.scenario.ts', line: 3 };
    use(calls.make(origin, fails));
    use(calls.make({ ...origin, line: 4 }, async () => 'well'));
    for (let turn = 0; turn < 4; turn += 1) await setImmediate();
    assert.deepEqual(
      calls.ignored.map((one) => [one.origin.line, String(one.error)]),
      looks ? [] : [[3, 'RangeError: no']],
    );
  });
}

test('a call is what its work comes to', async () => {
  const calls = new Calls();
  const origin = { file: 'x.scenario.ts', line: 3 };
  assert.equal(await calls.make(origin, async () => 7), 7);
  assert.equal(await calls.make(origin, async () => 7).then((seven) => seven + 1), 8);
  await assert.rejects(() => calls.make(origin, fails), RangeError);
});
