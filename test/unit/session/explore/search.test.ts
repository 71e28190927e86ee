import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Verdict, verdictOf } from '../../../../src/model/verdict.ts';
import type { ExploredMessage } from '../../../../src/results/explore/messages.ts';
import { type Plan, planText } from '../../../../src/results/explore/plans.ts';
import type { Explored } from '../../../../src/session/explore/explored.ts';
import { explorationLines, explore, type Search } from '../../../../src/session/explore/search.ts';

const message = (name: string, time: bigint): ExploredMessage => ({
  link: 'wan',
  from: 'east',
  time,
  exchange: 'CREATE_CHILD_SA',
  text: name,
  match: { kind: 'ike', messageId: Number(time) },
});
const messages = [message('a', 1n), message('b', 2n), message('c', 3n)];
const passed: Verdict = {
  version: 2,
  word: 'passed',
  upstream: 'passed',
  issues: [],
  adapted: [],
  passesOnlyAdapted: false,
};
const broken = (text: string): Verdict => verdictOf({ kind: 'check-sas', word: 'major', message: text });

/** Explores with labs of which each breaks where `breaks` says so. */
async function explored(
  breaks: (plan: string) => Verdict | undefined,
  change: Partial<Search> = {},
  course: (plan: string) => Partial<Explored> = () => ({}),
) {
  const plans: string[] = [];
  const run = async (plan: Plan): Promise<Explored> => {
    const text = planText(plan);
    plans.push(text);
    return { plan, verdict: breaks(text) ?? passed, messages, acted: plan.length, judged: true, ...course(text) };
  };
  const found = await explore({ run, kinds: ['drop'], pairs: true, slots: 2, over: () => false, ...change });
  return { found, plans };
}

test('all singles are tried, then pairs behind those that broke nothing', async () => {
  const { found, plans } = await explored((plan) => (plan === 'drop b' ? broken('lost 3') : undefined));
  assert.deepEqual(found.singles, { possible: 3, tried: 3 });
  // a: a, b, c; c: c. A pair that ends as `drop b` alone would is no other failure.
  assert.deepEqual(found.pairs, { possible: 4, tried: 4 });
  assert.deepEqual(
    found.failures.map(({ shortest, plans: count, repeats }) => [planText(shortest.plan), count, repeats]),
    [['drop b', 1, true]],
  );
  assert.equal(plans[0], 'no fault');
  assert.equal(found.labs, plans.length);
});

test('what a pair breaks is shown by one of its faults where that is enough', async () => {
  const breaks = (plan: string) =>
    plan === 'drop a, then drop c' || plan === 'drop b, then drop c' ? broken('lost') : undefined;
  const { found } = await explored(breaks);
  assert.deepEqual(
    found.failures.map(({ shortest, plans }) => [planText(shortest.plan), plans]),
    [['drop a, then drop c', 2]],
  );
  let labs = 0;
  const late = await explored((plan) => {
    if (plan === 'drop c') labs += 1;
    // The same plan shows it only once it is asked for alone again.
    return plan === 'drop a, then drop c' || (plan === 'drop c' && labs > 1) ? broken('lost') : undefined;
  });
  assert.equal(planText(late.found.failures[0]?.shortest.plan ?? []), 'drop c');
});

test('a failure that does not repeat says so; labs that say nothing are no failures', async () => {
  let times = 0;
  const { found } = await explored(
    (plan) => {
      if (plan === 'drop c') return verdictOf({ kind: 'no-lab', word: 'unresolved', message: 'the disk is full' });
      times += plan === 'drop a' ? 1 : 0;
      return plan === 'drop a' && times === 1 ? broken('once') : undefined;
    },
    { pairs: false },
  );
  assert.deepEqual(
    found.failures.map(({ repeats }) => repeats),
    [false],
  );
  const lines = explorationLines(found).join('\n');
  assert.match(lines, /single faults tried: 3 of 3; pairs: 0 of 0/);
  assert.match(lines, /plans that show nothing: 1 \(unresolved: 1; /);
  assert.match(lines, /\nmessage {2}drop\na {8}1\nb {8}ok\nc {8}\?\n/);
  assert.match(lines, /unresolved: drop c: the disk is full/);
  assert.match(
    lines,
    /1\) major: drop a\n {3}check-sas: once\n {3}plans that end so: 1; the same plan did not do so again/,
  );
});

test('no lab begins when the time is over, and a test that fails by itself is refused', async () => {
  let labs = 0;
  const { found } = await explored(() => void labs++, { slots: 1, over: () => labs > 2 });
  assert.deepEqual(found.singles, { possible: 3, tried: 2 });
  assert.equal(found.pairs.tried, 0);
  await assert.rejects(
    explored(() => broken('it never worked')),
    /without a fault it is major: it never worked/,
  );
});

test('a plan whose fault did not happen, or came too late to be judged, does not count as survived', async () => {
  const { found, plans } = await explored(
    () => undefined,
    {},
    (plan) => (plan === 'drop a' ? { acted: 0 } : plan === 'drop b' ? { judged: false } : {}),
  );
  const lines = explorationLines(found).join('\n');
  assert.match(
    lines,
    /plans that show nothing: 2 \(unresolved: 0; a fault met no message: 1; the lab ended within 60 s of it: 1\)/,
  );
  assert.match(lines, /\nmessage {2}drop\na {8}idle\nb {8}late\nc {8}ok\n/);
  assert.ok(!plans.some((plan) => plan.startsWith('drop a, then')), plans.join('\n'));
});
