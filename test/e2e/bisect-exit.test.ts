import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { passing, reference, Sandbox, type TestFiles } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };
const unsupported = { 'eastinit.sh': 'semodule -l\n', 'east.console.txt': '' };
const unresolved = { 'eastinit.sh': 'fake: die\n', 'east.console.txt': '' };

const cases: readonly (readonly [string, Readonly<Record<string, TestFiles>>, readonly string[], number])[] = [
  ['all pass', { a: passing() }, [], 0],
  ['one passes, one cannot be run', { a: passing(), b: unsupported }, [], 0],
  ['one fails', { a: passing(), b: failing }, [], 1],
  ['one fails, and of one nothing is known', { a: failing, b: unresolved }, [], 1],
  ['of one nothing is known', { a: passing(), b: unresolved }, [], 125],
  ['none can be run', { a: unsupported }, [], 125],
  ['the commit lacks the test', { a: passing() }, ['libreswan:b'], 125],
  ['the suite is mistyped', { a: passing() }, ['libresawn:a'], 129],
  ['an option is mistyped', { a: passing() }, ['--sead', '2'], 129],
  ['the value of an option is mistyped', { a: passing() }, ['--seed', 'x'], 129],
  ['nothing is run', { a: passing() }, ['--list'], 129],
];
for (const [what, tests, words, code] of cases) {
  test(`--bisect-exit: ${what}: ${code}`, async (t) => {
    const ended = await new Sandbox(t).add(tests).run('--bisect-exit', ...words);
    assert.equal(ended.code, code, ended.stderr);
  });
}

test('git bisect run finds a commit, and passes over one without tests', async (t) => {
  const box = new Sandbox(t);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: box.dir,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    });
  git('init', '-q');
  box.write('.gitignore', 'state\ncache\nespalier-runs\n');
  for (let commit = 1; commit <= 9; commit += 1) {
    box.write('testing/count', String(commit));
    if (commit === 5) box.remove('testing/pluto');
    else box.add({ a: commit < 7 ? passing() : failing });
    git('add', '-A');
    git('commit', '-qm', `commit ${commit}`);
  }
  git('bisect', 'start', 'HEAD', 'HEAD~8');
  const main = [process.execPath, new URL('../../src/cli/main.ts', import.meta.url).pathname];
  const words = ['run', '--bisect-exit', '--substrate', 'fake', '--suite', 'testing', 'libreswan:a'];
  process.env.ESPALIER_CACHE = `${box.dir}/cache`;
  process.env.XDG_STATE_HOME = `${box.dir}/state`;
  const said = git('bisect', 'run', ...main, ...words);
  assert.match(said, /is the first bad commit/);
  assert.match(said, /commit 7$/m);
});
