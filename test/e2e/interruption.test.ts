import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { ended, normal, passing, reference, Sandbox } from './sandbox.ts';

/** A test that takes wall time, so that a signal can meet it. */
const slow = { 'eastinit.sh': 'fake: wall 20000\n', 'east.console.txt': reference('east', ['fake: wall 20000']) };

const arguments_ = ['run', '--substrate', 'fake', '--suite', 'testing', '-j', '2'];

/** All paths below a folder in which folders come and go; none when one went while it was read. */
function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true }).map(String);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Waits until the quick tests are judged and the slow one runs. */
async function underWay(box: Sandbox, judged: number): Promise<string> {
  const what = 'the run to be under way';
  return until(
    () => {
      const runs = join(box.dir, 'espalier-runs');
      const id = existsSync(runs) ? readdirSync(runs).find((name) => name.includes('_')) : undefined;
      if (id === undefined) return undefined;
      const files = filesOf(join(runs, id));
      const verdicts = files.filter((path) => path.endsWith('verdict.json')).length;
      const started = files.some((path) => path.endsWith('slow/0/records'));
      return started && verdicts === judged ? join('espalier-runs', id) : undefined;
    },
    { what, timeoutMs: 30_000 },
  );
}

/** Makes the slow test quick, as it would be on another day. */
function quicken(box: Sandbox): void {
  box.add({ slow: passing() });
}

async function stop(child: ChildProcess, signal: NodeJS.Signals) {
  const end = ended(child);
  child.kill(signal);
  return end;
}

test('a driver killed with -9 leaves a run that --resume completes', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), b: passing(), slow, c: passing() });
  const child = box.start(...arguments_);
  const run = await underWay(box, 3);
  const before = box.read(`${run}/attempts/libreswan/a/0/attempt.json`);
  assert.equal((await stop(child, 'SIGKILL')).code, null);
  assert.equal(existsSync(join(box.dir, run, 'attempts/libreswan/slow/0/attempt.json')), false);
  quicken(box);
  const { code, stdout } = await box.espalier('run', '--resume', run);
  assert.equal(code, 0);
  assert.match(stdout, /^4 passed\n4 of 4 done in/m);
  assert.equal(box.read(`${run}/attempts/libreswan/a/0/attempt.json`), before, 'what was done is not done again');
});

test('an attempt whose judgement was lost is made again', async (t) => {
  const box = new Sandbox(t).add({ a: passing() });
  await box.run();
  const [id = ''] = box.runs();
  const attempt = join(box.dir, 'espalier-runs', id, 'attempts/libreswan/a/0');
  rmSync(join(attempt, 'verdict.json'));
  const { code } = await box.espalier('run', '--resume', id);
  assert.equal(code, 0);
  assert.match(readFileSync(join(attempt, 'verdict.json'), 'utf8'), /"word": "passed"/);
});

test('one Ctrl-C stops in order, reports what ran, and the run can go on', async (t) => {
  const box = new Sandbox(t).add({ a: passing(), slow, b: passing() });
  const child = box.start(...arguments_);
  const run = await underWay(box, 2);
  const { code, stdout, stderr } = await stop(child, 'SIGINT');
  assert.equal(code, 130);
  assert.equal(
    normal(stdout),
    `..

2 passed
1 not run
2 of 3 done in N s
interrupted; to go on: ./espalier run --resume espalier-runs/RUN
`,
  );
  assert.match(stderr, /^stopped on request$/m);
  assert.equal(existsSync(join(box.dir, run, 'results.json')), true);
  quicken(box);
  assert.equal((await box.espalier('run', '--resume', run)).code, 0);
});

test('a second Ctrl-C ends at once', async (t) => {
  const box = new Sandbox(t).add({ slow });
  const child = box.start(...arguments_);
  await underWay(box, 0);
  const end = ended(child);
  child.kill('SIGINT');
  child.kill('SIGINT');
  assert.equal((await end).code, 130);
});
