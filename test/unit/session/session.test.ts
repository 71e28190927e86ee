/** The whole session, driven by an executor that has no labs: what a farm can rely on, and what it cannot get away with. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Fault } from '../../../src/base/errors.ts';
import { readJson } from '../../../src/base/files.ts';
import { resultsSchema } from '../../../src/model/results.ts';
import { refuseOtherInputs } from '../../../src/session/resume-inputs.ts';
import { readLiveResults } from '../../../src/store/live-results.ts';
import { RunFolder } from '../../../src/store/run-folder.ts';
import { rebuildResults } from '../../../src/store/run-results.ts';
import { type Course, inputs, makeRun, ReadyMade, run, wordsOf } from './ready-made.ts';

/** Attempts by name; `name attempt` says more. */
const courses =
  (table: Readonly<Record<string, Course>>) =>
  ({ name, attempt }: { readonly name: string; readonly attempt: number }): Course =>
    table[`${name} ${attempt}`] ?? table[name] ?? 'passed';

test('verdicts that come with attempts become results, on disk as well', async (t) => {
  const folder = makeRun(t, ['a', 'b', 'c']);
  const executor = new ReadyMade(folder, courses({ b: 'major' }));
  const end = await run(folder, executor);
  assert.deepEqual(wordsOf(end), ['a: passed', 'b: major', 'c: passed']);
  assert.deepEqual([end.interrupted, end.stopped, end.trouble], [false, undefined, false]);
  assert.deepEqual(readJson(join(folder.dir, 'results.json'), resultsSchema), end.results);
  assert.equal(readLiveResults(folder.dir)?.results.length, 3);
  assert.deepEqual(rebuildResults(RunFolder.open(folder.dir)), end.results);
  assert.deepEqual(
    readdirSync(folder.dir).filter((name) => name.startsWith('fetched')),
    [],
    'attempts were moved into the run',
  );
});

test('an attempt without a verdict is judged from its files', async (t) => {
  const folder = makeRun(t, ['a', 'b']);
  const end = await run(folder, new ReadyMade(folder, courses({ a: 'unjudged' })));
  assert.deepEqual(wordsOf(end), ['a: passed', 'b: passed']);
  assert.deepEqual(end.results.results[0]?.adapted.length, 0);
  assert.equal(existsSync(join(folder.attemptDir({ suite: 's', name: 'a', attempt: 0 }), 'verdict.json')), true);
});

test('no more attempts are asked for at once than there are slots', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const folder = makeRun(t, names);
  const executor = new ReadyMade(folder, courses({}), { slots: 3 });
  assert.equal(wordsOf(await run(folder, executor)).length, names.length);
  assert.equal(executor.most, 3);
});

test('the longest go first, as recorded', async (t) => {
  const folder = makeRun(t, ['short', 'long', 'longest']);
  const executor = new ReadyMade(folder, courses({}), { slots: 1 });
  const durations = new Map([
    ['s:short', 1],
    ['s:long', 20],
    ['s:longest', 300],
  ]);
  await run(folder, executor, { durations });
  assert.deepEqual(executor.asked, ['longest 0', 'long 0', 'short 0']);
});

test('what is not as expected is tried again, as often as --retries says', async (t) => {
  const folder = makeRun(t, ['never', 'later', 'good'], { seed: undefined, retries: 2 });
  const executor = new ReadyMade(folder, courses({ never: 'major', 'later 0': 'minor' }));
  const end = await run(folder, executor);
  assert.deepEqual(executor.asked.toSorted(), [
    'good 0',
    'later 0',
    'later 1',
    'later 2',
    'never 0',
    'never 1',
    'never 2',
  ]);
  // Every attempt counts: a retry takes nothing back.
  assert.deepEqual(wordsOf(end), ['never: major', 'later: minor', 'good: passed']);
  assert.deepEqual(
    end.results.results[1]?.attempts.map(({ word }) => word),
    ['minor', 'passed', 'passed'],
  );
});

test('two words for one seed are nondeterminism, and are not tried again', async (t) => {
  const folder = makeRun(t, ['a'], { repeatEach: 2, retries: 3 });
  const executor = new ReadyMade(folder, courses({ 'a 1': 'major' }));
  assert.deepEqual(wordsOf(await run(folder, executor)), ['a: nondeterminism']);
  assert.deepEqual(executor.asked, ['a 0', 'a 1']);
});

test('a run that was interrupted asks for no more, and goes on with what is missing', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const folder = makeRun(t, names);
  const user = new AbortController();
  const first = new ReadyMade(
    folder,
    async ({ name }, signal) => {
      if (name !== 'b') return 'passed';
      user.abort();
      assert.equal(signal.aborted, true, 'the executor hears of it');
      return 'cancelled';
    },
    { slots: 1 },
  );
  const durations = new Map(names.map((name, at) => [`s:${name}`, 9 - at]));
  const end = await run(folder, first, { signal: user.signal, durations });
  assert.deepEqual(first.asked, ['a 0', 'b 0']);
  assert.deepEqual([end.interrupted, end.results.complete, end.trouble], [true, false, false]);
  assert.deepEqual(wordsOf(end), ['a: passed']);
  assert.deepEqual(
    end.results.pending.map(({ name }) => name),
    ['b', 'c', 'd'],
  );

  const again = RunFolder.open(folder.dir);
  const second = new ReadyMade(again, courses({ c: 'minor' }));
  const whole = await run(again, second);
  assert.deepEqual(second.asked.toSorted(), ['b 0', 'c 0', 'd 0']);
  assert.deepEqual(wordsOf(whole), ['a: passed', 'b: passed', 'c: minor', 'd: passed']);
  assert.equal(whole.results.complete, true);
});

test('an interruption waits for an executor that is slow to give up', async (t) => {
  const folder = makeRun(t, ['a']);
  const user = new AbortController();
  let gaveUp = false;
  const slow = new ReadyMade(folder, async (_, signal): Promise<Course> => {
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    user.abort();
    await stopped;
    gaveUp = true;
    return 'cancelled';
  });
  const end = await run(folder, slow, { signal: user.signal });
  assert.deepEqual([gaveUp, end.interrupted, wordsOf(end)], [true, true, []]);
});

test('an attempt that an executor gives up by itself stays pending, and a resumed run asks for it again', async (t) => {
  const folder = makeRun(t, ['a', 'b']);
  const end = await run(folder, new ReadyMade(folder, courses({ a: 'cancelled' })));
  assert.deepEqual([end.interrupted, end.trouble, end.results.complete], [false, false, false]);
  assert.deepEqual(wordsOf(end), ['b: passed']);
  const again = RunFolder.open(folder.dir);
  const second = new ReadyMade(again, courses({}));
  assert.deepEqual(wordsOf(await run(again, second)), ['a: passed', 'b: passed']);
  assert.deepEqual(second.asked, ['a 0']);
});

for (const [course, message] of [
  ['lost', /does not exist/],
  ['of another test', /is not the attempt that was asked for/],
] as const) {
  test(`an attempt that is ${course} is unresolved, whoever judges it again`, async (t) => {
    const folder = makeRun(t, ['a']);
    const end = await run(folder, new ReadyMade(folder, courses({ a: course })));
    assert.deepEqual(wordsOf(end), ['a: unresolved']);
    assert.match(end.results.results[0]?.issues[0]?.message ?? '', message);
    assert.equal(end.trouble, true);
    const again = RunFolder.open(folder.dir);
    assert.deepEqual(rebuildResults(again), end.results);
    const [entry] = again.run.scenarios;
    assert.deepEqual(entry && again.finished(entry), [], 'nothing of it can be judged');
  });
}

test('an attempt with another seed than the one asked for is unresolved', async (t) => {
  const folder = makeRun(t, ['a'], { seed: '7' });
  const elsewhere = makeRun(t, ['a'], { seed: '8' });
  const end = await run(folder, new ReadyMade(elsewhere, courses({})));
  assert.deepEqual(wordsOf(end), ['a: unresolved']);
});

test('an executor may make attempts in their place', async (t) => {
  const folder = makeRun(t, ['a']);
  const made = new ReadyMade(folder, courses({ a: 'minor' }));
  const inPlace = {
    slots: 1,
    run: async (...asked: Parameters<ReadyMade['run']>) => {
      const dir = await made.run(...asked);
      folder.adoptAttempt(asked[0], dir);
      return folder.attemptDir(asked[0]);
    },
  };
  assert.deepEqual(wordsOf(await run(folder, inPlace)), ['a: minor']);
});

test('five faults of the machine in a row stop the run; what was not asked for stays pending', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const folder = makeRun(t, names);
  const executor = new ReadyMade(folder, () => 'infrastructure', { slots: 1 });
  const end = await run(folder, executor);
  assert.equal(executor.asked.length, 5);
  assert.match(end.stopped ?? '', /^5 scenarios in a row met trouble/);
  assert.deepEqual([end.trouble, end.interrupted, end.results.complete], [true, false, false]);
  const { totals, pending } = end.results;
  // The stop comes before the fifth one's turn to be judged.
  assert.deepEqual([totals, pending.length], [{ unresolved: 4 }, 3]);
});

for (const between of ['passed', 'scenario', 'guest'] as const satisfies readonly (Fault | Course)[]) {
  test(`faults with one that is ${between} among them are not in a row`, async (t) => {
    const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    const folder = makeRun(t, names);
    const executor = new ReadyMade(folder, ({ name }) => (name === '5' ? between : 'infrastructure'), { slots: 1 });
    const durations = new Map(names.map((name) => [`s:${name}`, 10 - Number(name)]));
    const end = await run(folder, executor, { durations });
    assert.deepEqual([end.stopped, end.trouble, executor.asked.length], [undefined, true, 9]);
  });
}

test('a test that is at fault itself is unresolved and no trouble', async (t) => {
  const folder = makeRun(t, ['a', 'b']);
  const end = await run(folder, new ReadyMade(folder, courses({ a: 'scenario', b: 'guest' })));
  assert.deepEqual(wordsOf(end), ['a: unresolved', 'b: unresolved']);
  assert.deepEqual([end.trouble, end.stopped], [false, undefined]);
});

test('--max-failures stops the run', async (t) => {
  const folder = makeRun(t, ['a', 'b', 'c', 'd']);
  const executor = new ReadyMade(folder, () => 'major', { slots: 1 });
  const end = await run(folder, executor, { maxFailures: 2 });
  assert.match(end.stopped ?? '', /--max-failures/);
  assert.ok(executor.asked.length < 4, `${executor.asked.length}`);
});

test('a resumed run refuses to feed attempts with something else', async (t) => {
  const folder = makeRun(t, ['a', 'b']);
  const first = new ReadyMade(folder, courses({ b: 'cancelled' }));
  await run(folder, first);
  const again = RunFolder.open(folder.dir);
  await refuseOtherInputs(again, async () => inputs);
  const others = { ...inputs, kernel: { id: 'other', sha256: 'other' } };
  await assert.rejects(
    refuseOtherInputs(again, async () => others),
    {
      fault: 'usage',
      message: /another kernel: k, and now it is other/,
    },
  );
});
