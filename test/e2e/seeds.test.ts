import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../src/lab/substrate/fake/commands.ts';
import { normal, passing, reference, Sandbox } from './sandbox.ts';

/** Passes with one seed only: what the fake draws from it stands in the reference. */
function lucky(seed: bigint) {
  const drawn = Buffer.from(randomSource(seed)(8)).toString('hex');
  return { 'eastinit.sh': 'fake: random\n', 'east.console.txt': reference('east', ['fake: random', `${drawn}\n`]) };
}

interface StoredResults {
  readonly results: {
    name: string;
    word: string;
    issues: { kind: string; message: string }[];
    attempts: { attempt: number; word: string; seed: string }[];
    chance?: { word: string; seeds: string[] }[];
  }[];
}

function results(box: Sandbox): StoredResults {
  return box.readJson(`espalier-runs/${box.runs().at(-1)}/results.json`) as StoredResults;
}

test('a word that differs between seeds is told as chance, not as nondeterminism', async (t) => {
  const box = new Sandbox(t).add({ lucky: lucky(7n), steady: passing() });
  const { code, stdout } = await box.run('--seed', '6', '--seeds', '3', '--reporter', 'list', '-j', '1');
  assert.equal(code, 1);
  const [chancy, steady] = results(box).results;
  const other = chancy?.word;
  assert.notEqual(other, 'nondeterminism');
  assert.deepEqual(chancy?.chance, [
    { word: other, seeds: ['6', '8'] },
    { word: 'passed', seeds: ['7'] },
  ]);
  const told = `depends on chance: ${other} with seeds 6, 8; passed with seed 7`;
  assert.deepEqual([chancy?.issues[0]?.kind, chancy?.issues[0]?.message], ['depends-on-chance', told]);
  assert.deepEqual(
    chancy?.attempts.map(({ seed }) => seed),
    ['6', '7', '8'],
  );
  assert.deepEqual([steady?.word, steady?.attempts.length, steady?.chance], ['passed', 3, undefined]);
  assert.match(normal(stdout), /libreswan:lucky {2}N s {2}3 attempts {2}depends on chance: \w+ with seeds 6, 8;/);
  assert.match(stdout, /^depends on chance: libreswan:lucky: \w+ with seeds 6, 8; passed with seed 7$/m);
  assert.match(stdout, /again: \.\/espalier run .*--seed 6 --seeds 3 libreswan:lucky/);
});

test('repeats of each seed are compared with each other only', async (t) => {
  const flaky = { 'eastinit.sh': 'fake: unseeded\n', 'east.console.txt': '' };
  const seeded = { 'eastinit.sh': 'fake: random\n', 'east.console.txt': '' };
  const box = new Sandbox(t).add({ flaky, seeded });
  await box.run('--seeds', '2', '--repeat-each', '2');
  const [unseeded, drawn] = results(box).results;
  assert.deepEqual(unseeded?.word, 'nondeterminism');
  assert.notEqual(drawn?.word, 'nondeterminism');
  assert.deepEqual(
    drawn?.attempts.map(({ seed }) => seed),
    ['1', '1', '2', '2'],
  );
});

test('a run of several seeds goes on with the seeds that it lacks', async (t) => {
  const box = new Sandbox(t).add({ a: lucky(2n), b: passing() });
  await box.run('--seeds', '3');
  const whole = results(box).results;
  const again = await box.espalier('judge', 'latest');
  assert.equal(again.code, 1);
  assert.deepEqual(results(box).results, whole, 'judging again finds the same');
  box.remove(`espalier-runs/${box.runs()[0]}/attempts/libreswan/a/1/verdict.json`);
  assert.equal((await box.espalier('run', '--resume', 'latest')).code, 1);
  assert.deepEqual(results(box).results[0]?.chance, whole[0]?.chance);
});

test('--seeds wants a seed, room above it, and no retries', async (t) => {
  const box = new Sandbox(t).add({ a: passing() });
  const lines = [
    ['--seed', 'none'],
    ['--seed', '18446744073709551615'],
    ['--retries', '1'],
  ];
  const ran = await Promise.all(lines.map((line) => box.run('--seeds', '2', ...line)));
  assert.deepEqual(
    ran.map(({ code }) => code),
    [3, 3, 3],
  );
  assert.equal((await box.run('--seeds', '1', '--retries', '1')).code, 0);
});
