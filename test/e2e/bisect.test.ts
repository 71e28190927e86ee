import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { ended, normal, passing, reference, Sandbox, type TestFiles } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };
const otherwise = { 'eastinit.sh': 'echo odd\n', 'east.console.txt': reference('east', ['echo odd', 'right\n']) };
const dying = { 'eastinit.sh': 'fake: die\n', 'east.console.txt': '' };

/** A tree in libreswan's layout; `commits` are its tests at each commit, `undefined`: it has none then. */
function makeTree(t: TestContext, commits: readonly (TestFiles | undefined)[]) {
  const box = new Sandbox(t);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: box.dir,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    }).trim();
  git('init', '-q', '-b', 'main');
  box.write('.gitignore', 'state\ncache\nespalier-runs\nclone\n');
  for (const [at, tests] of commits.entries()) {
    box.write('count', String(at + 1));
    if (tests === undefined) box.remove('testing/pluto');
    else box.add({ a: tests });
    git('add', '-A');
    git('commit', '-qm', `commit ${at + 1}`);
  }
  const words = ['bisect', '--substrate', 'fake', '--suite-of', 'each', '--source', 'libreswan=.'];
  return {
    box,
    git,
    words,
    hash: (at: number) => git('rev-parse', `HEAD~${commits.length - at}`),
    bisect: (...args: string[]) => box.espalier(...words, ...args, 'libreswan:a'),
    /** All that belongs to the person: refs, the index, the state of git's own bisect. */
    state: () =>
      [
        git('for-each-ref'),
        git('status', '--porcelain'),
        git('worktree', 'list'),
        readdirSync(join(box.dir, '.git')),
      ].join(),
  };
}

const good = passing();
const nineteen = (from: number, to: number): TestFiles[] => Array.from({ length: to - from }, () => good);

test('finds the commit with which a test began to fail, passes over others, and shows both attempts', async (t) => {
  const commits = [...nineteen(0, 12), undefined, failing, otherwise, dying, failing, failing, failing, failing];
  const at = makeTree(t, commits);
  at.git('checkout', '-q', '-b', 'mine');
  const before = at.state();
  const { code, stdout, stderr } = await at.bisect('--good', 'main~19', '--bad', 'main');
  assert.equal(code, 1, stderr);
  assert.match(stdout, /not found: one of these 2/);
  assert.match(stdout, /^ {2}[0-9a-f]{12} {2}\d{4}-\d\d-\d\d {2}commit 13$/m);
  assert.match(stdout, /^skip {2}\w{12} {2}.*has no tests of libreswan|^skip {2}\w{12} {2}another outcome/m);
  assert.equal(at.state(), before);
});

test('a failure that came is found, with its commit, both verdicts and a page', async (t) => {
  const at = makeTree(t, [...nineteen(0, 13), ...Array.from({ length: 7 }, () => failing)]);
  const { code, stdout, stderr } = await at.bisect('--good', 'main~19', '--bad', 'main');
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^it fails since ${at.hash(14)}\n  a, \\d{4}-\\d\\d-\\d\\d\n  commit 14$`, 'm'));
  assert.match(stdout, /^before {2}passed\nsince {3}minor: east, east\.console\.txt:2, `echo wrong`: differs/m);
  assert.match(stderr, /^about \d steps, \d+ s; 9 commits left after this one$/m);
  const page = /^both {4}(\S+)#\/compare$/m.exec(stdout)?.[1] ?? '';
  const data = at.box.read(join(page, '../data/compare.js'));
  const { found } = JSON.parse(/^espalierData\("compare",(.*)\);$/s.exec(data.trim())?.[1] ?? '') as {
    found: {
      changes: { change: string; tests: { test: string }[] }[];
      before: { href: string };
      now: { href: string };
    };
  };
  assert.deepEqual(
    found.changes.find(({ change }) => change === 'newly failing')?.tests.map((one) => one.test),
    ['libreswan:a'],
  );
  for (const { href } of [found.before, found.now]) assert.ok(existsSync(join(at.box.dir, page, '..', href)), href);
  // Each commit once: the ends, four or five steps, and the commit before.
  assert.equal(at.box.runs().length, stdout.match(/^(?:good|bad ) {2}\w{12} /gm)?.length);
});

test('where the bad commit is the older one, the commit that mended it is found', async (t) => {
  const at = makeTree(t, [failing, failing, failing, failing, good, good, good]);
  const { code, stdout } = await at.bisect('--bad', 'main~6', '--good', 'main');
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^it no longer fails since ${at.hash(5)}\n.*\n  commit 5$`, 'm'));
});

test('the tests of one commit are run at all commits', async (t) => {
  const at = makeTree(t, [good, good, failing]);
  const { code, stderr } = await at.bisect('--good', 'main~2', '--bad', 'main', '--suite-of', 'bad');
  // Nothing is built for the fake, so that all commits give what their tests are.
  assert.equal(code, 3);
  assert.match(normal(stderr), /--good \w{12}: there the test fails as the bad one does: minor: east/);
  assert.equal(at.box.runs().length, 2);
});

test('what cannot be searched exits with 3, and says why', async (t) => {
  const at = makeTree(t, [good, good, failing]);
  at.git('clone', '-q', '--depth=1', `file://${at.box.dir}`, 'clone');
  const refusals: readonly (readonly [string[], RegExp])[] = [
    [['--good', 'main', '--bad', 'main'], /--good and --bad are one commit/],
    [['--good', 'v9'], /has no commit v9\n {2}-> `git log`/],
    [['--good', 'main~1', '--bad', 'main~2'], /--bad \w{12}: there the test does not fail: passed/],
    [['--good', 'main~2', '--same', 'colour'], /--same colour: one of issue, word, any is expected/],
    [['--good', 'main~2', '--source', 'libreswan=clone'], /two trees are named/],
    [['--good', 'main~2', '--seed', 'x'], /--seed x/],
  ];
  for (const [words, pattern] of refusals) {
    const { code, stderr } = await at.bisect(...words);
    assert.match(stderr, pattern);
    assert.equal(code, 3, stderr);
  }
  const only = (...words: string[]) =>
    at.box.espalier('bisect', '--substrate', 'fake', ...words, '--good', 'main~2', 'libreswan:a');
  const shallow = await only('--source', 'libreswan=clone');
  assert.match(shallow.stderr, /clone: is a shallow clone: .*\n {2}-> `git fetch --unshallow` brings them/);
  const named = await only('--source', 'libreswan=.@main');
  assert.match(named.stderr, /the tree names a commit: one is searched, and its commits are named by --good and --bad/);
  at.box.write('count', 'changed');
  const dirty = await only('--source', 'libreswan=.');
  assert.match(
    dirty.stderr,
    /has changes that are in no commit, and only commits are tried\n {2}-> commit them; or .* --bad HEAD/,
  );
  assert.deepEqual([shallow.code, named.code, dirty.code], [3, 3, 3]);
});

const slow = { 'eastinit.sh': 'fake: wall 20000\n', 'east.console.txt': '' };

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`a search that is ended by ${signal} leaves nothing, and says how to go on`, { timeout: 120_000 }, async (t) => {
    const at = makeTree(t, [good, good, slow, good, failing]);
    const before = at.state();
    const child = at.box.start(...at.words, '--good', 'main~4', 'libreswan:a');
    const end = ended(child);
    await until(() => existsSync(join(at.box.dir, 'espalier-runs')) && at.box.runs().length >= 3, {
      what: 'the slow commit to be tried',
      timeoutMs: 60_000,
    });
    child.kill(signal);
    const { code, stderr } = await end;
    assert.equal(at.state(), before);
    if (signal === 'SIGKILL') {
      // Its repository lies in the cache until the next command that needs a place there.
      assert.equal((await at.bisect('--good', 'main~1')).code, 0);
    } else {
      assert.equal(code, 130);
      const [, words = ''] = /^stopped on request\. To go on: espalier (.*)$/m.exec(stderr) ?? [];
      assert.match(words, /^bisect .*--suite-of each .*libreswan:a$/);
      assert.ok(words.includes(`--bad ${at.hash(5)}`), words);
    }
    assert.deepEqual(readdirSync(join(at.box.dir, 'cache/work')), []);
  });
}
