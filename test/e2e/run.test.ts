import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normal, passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };
const unsupported = { 'eastinit.sh': 'semodule -l\n', 'east.console.txt': '' };

interface StoredResults {
  readonly totals: Record<string, number>;
  readonly results: { name: string; word: string; change?: string; attempts: unknown[]; issues: { kind: string }[] }[];
  readonly pending: unknown[];
}

function results(box: Sandbox, run = -1): StoredResults {
  return box.readJson(`espalier-runs/${box.runs().at(run)}/results.json`) as StoredResults;
}

test('a run in which all is as expected exits with 0', async (t) => {
  const two = {
    'eastinit.sh': 'echo one\n\nsleep 60\n',
    'westrun.sh': '# a comment\nfalse\n',
    'east.console.txt': reference('east', ['echo one', 'one\n'], ['sleep 60']),
    'west.console.txt': reference('west', ['# a comment'], ['false']),
  };
  const box = new Sandbox(t).add({ one: passing(), two, se: unsupported });
  const { code, stdout, stderr } = await box.run('--reporter', 'list');
  assert.equal(
    normal(stdout).split('\n').toSorted().join('\n'),
    normal(
      `
unsupported     libreswan:se  needs SELinux with its policy and labels
passed          libreswan:one  N s
passed          libreswan:two  N s

1 unsupported
2 passed
3 of 3 done in N s`,
    )
      .split('\n')
      .toSorted()
      .join('\n'),
  );
  assert.equal(normal(stderr), 'report: espalier-runs/RUN/report/index.html\n');
  assert.equal(code, 0);
});

test('a difference exits with 1 and says host, place, both texts and how to run it again', async (t) => {
  const box = new Sandbox(t).add({ good: passing(), bad: failing });
  const { code, stdout } = await box.run('-j', '1', '--seed', '5');
  assert.equal(
    normal(stdout).replace(/^[.m]{2}/, 'XX'),
    `XX                                                            2 of 2 done, 1 not as expected

1) libreswan:bad: minor
   east, east.console.txt:2, \`echo wrong\`: differs from its reference
      echo wrong
     -right
     +wrong
   files: espalier-runs/RUN/attempts/libreswan/bad/0
   again: ./espalier run --substrate fake --suite testing --seed 5 libreswan:bad

1 minor
1 passed
tests by their issues: 1 differing output
2 of 2 done in N s
`,
  );
  assert.equal(code, 1);
});

test('names that match nothing exit with 1 and with the nearest name', async (t) => {
  const box = new Sandbox(t).add({ 'basic-01': passing() });
  const missing = await box.run('libreswan:basic-02');
  assert.equal(missing.stderr, 'espalier: nothing matches libreswan:basic-02\n  -> did you mean libreswan:basic-01?\n');
  assert.equal(missing.code, 1);
  const suite = await box.run('libresawn');
  assert.equal(
    suite.stderr,
    `espalier: no suite is named libresawn, and ${box.dir} has no file or folder of that name\n  -> did you mean libreswan?\n`,
  );
  assert.equal(suite.code, 1);
  assert.equal((await box.run('-g', 'nothing')).code, 1);
  assert.equal(existsSync(join(box.dir, 'espalier-runs')), false);
});

test('a wrong command line exits with 3 and leaves nothing', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  const lines = [
    ['--nonsense'],
    ['--shard', '3/2'],
    ['--repeat-each', '0'],
    ['--seed', 'x'],
    ['-g', '('],
    ['--substrate', 'cloud'],
    ['--reporter', 'loud'],
    ['--timeout', '0'],
    ['--last-failed'],
    ['--resume', 'latest', '-g', 'x'],
    ['--suite', '/nowhere'],
  ];
  const codes = await Promise.all(lines.map(async (line) => (await box.run(...line)).code));
  const other = lines.filter((_, index) => codes[index] !== 3);
  assert.deepEqual(other, []);
  assert.equal(existsSync(join(box.dir, 'espalier-runs')), false);
});

test('a reporter that fails is told, and turns the exit code to 2', async (t) => {
  const box = new Sandbox(t).add({ one: passing() });
  box.write('file', '');
  const { code, stdout, stderr } = await box.run('--reporter', 'list,junit=file/junit.xml');
  assert.equal(code, 2);
  assert.match(stdout, /^1 passed$/m);
  assert.match(stderr, /warning: reporter junit=file\/junit\.xml: .*(EEXIST|ENOTDIR)/);
});

test('selectors, status, grep and shards choose what --list shows', async (t) => {
  const box = new Sandbox(t).add({ 'nat-01': passing(), 'nat-02': passing(), 'wip nat-03': passing(), psk: passing() });
  const list = async (...args: string[]) => (await box.run('--list', ...args)).stdout.match(/libreswan:\S+/g);
  assert.deepEqual(await list(), ['libreswan:nat-01', 'libreswan:nat-02', 'libreswan:psk']);
  assert.deepEqual(await list('libreswan:nat-*', '--status', 'all'), [
    'libreswan:nat-01',
    'libreswan:nat-02',
    'libreswan:nat-03',
  ]);
  assert.deepEqual(await list('libreswan:nat-03'), ['libreswan:nat-03']);
  assert.deepEqual(await list('-g', 'nat', '--grep-invert', '02'), ['libreswan:nat-01']);
  assert.deepEqual(await list('--shard', '2/2'), ['libreswan:nat-02']);
});

test('retries are kept, and two results for one seed are nondeterminism', async (t) => {
  const flaky = { 'eastinit.sh': 'fake: unseeded\n', 'east.console.txt': 'fake: unseeded\n' };
  const box = new Sandbox(t).add({ bad: failing, flaky });
  const { code } = await box.run('--retries', '2', '--repeat-each', '2');
  assert.equal(code, 1);
  const [bad, unseeded] = results(box).results;
  assert.deepEqual([bad?.word, bad?.attempts.length], ['minor', 4]);
  assert.deepEqual([unseeded?.word, unseeded?.issues[0]?.kind], ['nondeterminism', 'transcripts-differ']);
});

test('repeats of one seed agree byte by byte', async (t) => {
  const box = new Sandbox(t).add({ seeded: { 'eastinit.sh': 'fake: random\n', 'east.console.txt': '' } });
  await box.run('--repeat-each', '3', '--seed', '7');
  assert.deepEqual([results(box).results[0]?.word, results(box).results[0]?.attempts.length], ['minor', 3]);
});

test('against a baseline only changes are unexpected', async (t) => {
  const box = new Sandbox(t).add({ bad: failing, good: passing() });
  assert.equal((await box.run()).code, 1);
  assert.equal((await box.run('--baseline', 'latest')).code, 0);
  box.add({ good: failing, bad: passing('echo wrong', 'wrong\n') });
  const { code, stdout } = await box.run('--baseline', `espalier-runs/${box.runs()[0]}/results.json`);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /against the baseline, newly passing: libreswan:bad\nagainst the baseline, newly failing: libreswan:good\n/,
  );
});

test('--last-failed runs what was not as expected, and nothing when all was', async (t) => {
  const box = new Sandbox(t).add({ bad: failing, good: passing() });
  await box.run();
  box.add({ bad: passing('echo wrong', 'wrong\n') });
  assert.equal((await box.run('--last-failed')).code, 0);
  assert.deepEqual(results(box).totals, { passed: 1 });
  assert.equal((await box.run('--last-failed')).code, 1);
});

test('--max-failures stops, and what is left can be resumed', async (t) => {
  const box = new Sandbox(t).add({ a: failing, b: failing, c: failing, d: passing() });
  const { code, stdout } = await box.run('-x', '-j', '1');
  assert.equal(code, 1);
  assert.match(stdout, /^[23] not run$/m);
  assert.match(
    stdout,
    /^stopped: 1 not as expected, as many as --max-failures allows; to go on: \.\/espalier run --resume /m,
  );
  assert.equal((await box.espalier('run', '--resume', 'latest')).code, 1);
  assert.deepEqual(results(box).totals, { minor: 3, passed: 1 });
  assert.equal(box.runs().length, 1);
});

test('a run is not resumed with another suite than it was begun with', async (t) => {
  const box = new Sandbox(t).add({ a: failing, b: failing, c: failing });
  await box.run('-x', '-j', '1');
  box.add({ d: passing() });
  const { code, stderr } = await box.espalier('run', '--resume', 'latest');
  assert.equal(code, 3);
  assert.match(stderr, /the attempts so far had another suite/);
});

test('--timeout replaces the deadline of every command, in the time of the lab', async (t) => {
  const box = new Sandbox(t).add({
    slow: { 'eastinit.sh': 'sleep 3600\n', 'east.console.txt': reference('east', ['sleep 3600']) },
  });
  assert.equal((await box.run()).code, 1);
  assert.deepEqual(results(box).totals, { timeout: 1 });
  assert.equal((await box.run('--timeout', '4000')).code, 0);
});
