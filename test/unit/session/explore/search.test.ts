import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Verdict, verdictOf } from '../../../../src/model/verdict.ts';
import type { ExploredMessage } from '../../../../src/results/explore/messages.ts';
import { type Plan, planText } from '../../../../src/results/explore/plans.ts';
import type { Explored } from '../../../../src/session/explore/explored.ts';
import { explorationLines, isThorough } from '../../../../src/session/explore/lines.ts';
import { explore, type Search } from '../../../../src/session/explore/search.ts';

const message = (name: string, time: bigint): ExploredMessage => ({
  link: 'wan',
  from: 'east',
  copies: [time],
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

const tunnels = { asked: ['net from 10.1.0.1 to 10.2.0.1'], unasked: ['road, whose ends are assigned addresses'] };

/** Explores with labs of which each breaks where `breaks` says so. */
async function explored(
  breaks: (plan: string) => Verdict | undefined,
  change: Partial<Search> = {},
  course: (plan: string) => Partial<Explored> = () => ({}),
) {
  const plans: string[] = [];
  const asked: boolean[] = [];
  const run = async (plan: Plan, traffic: boolean): Promise<Explored> => {
    const text = planText(plan);
    plans.push(text);
    asked.push(traffic);
    const sound = { messages, absent: [], acted: plan.length, judged: true };
    return { plan, verdict: breaks(text) ?? passed, ...sound, ...course(text) };
  };
  const usual = { kinds: ['drop'], pairs: true, traffic: true, slots: 2, begin: () => {}, over: () => false } as const;
  const found = await explore({ run, ...usual, ...change });
  return { found, plans, asked, lines: explorationLines(found, tunnels).join('\n') };
}

test('all singles are tried, then pairs behind those that broke nothing', async () => {
  const { found, plans } = await explored((plan) => (plan === 'drop b' ? broken('lost 3') : undefined));
  assert.deepEqual(found.singles, { possible: 3, tried: 3 });
  // Nothing is sent again, and what b alone breaks is known.
  assert.deepEqual(found.pairs, { possible: 1, tried: 1 });
  assert.ok(plans.includes('drop a, then drop c'));
  assert.deepEqual(
    found.failures.map(({ shortest, plans: all, repeats }) => [planText(shortest.plan), all.length, repeats]),
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
    found.failures.map(({ shortest, plans }) => [planText(shortest.plan), plans.map(planText)]),
    [['drop b, then drop c', ['drop b, then drop c', 'drop a, then drop c']]],
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
  const { found, lines } = await explored(
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
  assert.match(lines, /^single faults tried: 3 of 3 \(3 messages, 1 kinds\)\npairs tried: none, as asked\nlabs: 5\n/);
  assert.equal(isThorough(found), false);
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
  let begun = 0;
  const begin = () => {
    begun = labs;
  };
  const { found, lines } = await explored(() => void labs++, { slots: 1, begin, over: () => labs > 2 });
  assert.equal(begun, 1);
  assert.deepEqual(found.singles, { possible: 3, tried: 2 });
  assert.equal(found.pairs?.tried, 0);
  assert.match(lines, /\nThe time was over before 1 single faults were tried; raise --budget\.\n/);
  assert.equal(isThorough(found), false);
  const pairs = await explored(() => void labs++, { slots: 1, over: () => labs > 7 });
  assert.match(pairs.lines, /\npairs tried: 1 of 3\n/);
  assert.match(pairs.lines, /\nThe time was over before 2 pairs were tried\.\n/);
  assert.equal(isThorough(pairs.found), true);
  await assert.rejects(
    explored(() => broken('it never worked')),
    /without a fault it is major: it never worked/,
  );
});

test('a plan whose fault did not happen, or came too late to be judged, does not count as survived', async () => {
  const { found, plans, lines } = await explored(
    () => undefined,
    {},
    (plan) => (plan === 'drop a' ? { acted: 0 } : plan === 'drop b' ? { judged: false } : {}),
  );
  // Of c, and of the pair of b and c.
  assert.equal(found.shown, 2);
  const none = await explored(
    () => undefined,
    { pairs: false },
    () => ({ judged: false }),
  );
  assert.equal(isThorough(none.found), false);
  assert.match(
    lines,
    /plans that show nothing: 2 \(unresolved: 0; a fault met no message: 1; the lab ended within 60 s of it: 1\)/,
  );
  assert.match(lines, /\nmessage {2}drop\na {8}idle\nb {8}late\nc {8}ok\n/);
  assert.ok(!plans.some((plan) => plan.startsWith('drop a, then')), plans.join('\n'));
});

test('tunnels are asked for traffic in every lab, but not where one carries none without a fault', async () => {
  const usual = await explored(() => undefined, { pairs: false });
  assert.ok(usual.asked.length === 4 && usual.asked.every((one) => one));
  assert.match(usual.lines, /\ntraffic at the end of each lab: checked in net from 10\.1\.0\.1 to 10\.2\.0\.1\n/);
  assert.match(
    usual.lines,
    /\ntraffic at the end of each lab: not checked in road, whose ends are assigned addresses\n/,
  );
  let labs = 0;
  const silent = await explored(
    () => (labs++ === 0 ? verdictOf({ kind: 'no-traffic', word: 'major', message: 'none' }) : undefined),
    { pairs: false },
  );
  assert.deepEqual(silent.asked, [true, false, false, false, false]);
  assert.equal(silent.found.labs, 5);
  assert.match(silent.lines, /: not checked, since without a fault a lab that goes on behind its end fails: none\n/);
  const none = await explored(() => undefined, { pairs: false, traffic: false });
  assert.ok(none.asked.every((one) => !one));
  assert.match(
    explorationLines(none.found, undefined).join('\n'),
    /: not checked, since the test declares no connections\n/,
  );
  const absent = await explored(
    () => undefined,
    { pairs: false },
    () => ({ absent: ['traffic through net from 10.1.0.1 to 10.2.0.1'] }),
  );
  assert.match(absent.lines, /: no Child SA without a fault for the traffic through net from 10\.1\.0\.1 to /);
  // What a fault breaks is a failure, whichever it is.
  const broken = await explored(
    (plan) => (plan === 'drop b' ? verdictOf({ kind: 'no-traffic', word: 'major', message: 'none' }) : undefined),
    { pairs: false },
  );
  assert.deepEqual(
    broken.found.failures.map(({ violation }) => violation),
    ['major: no-traffic'],
  );
});
