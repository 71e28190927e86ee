import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo wrong\n', 'east.console.txt': reference('east', ['echo wrong', 'right\n']) };
const slow = { 'eastinit.sh': 'fake: wall 60000\n', 'east.console.txt': '' };

/** A watching command, with what it printed so far. */
class Watching {
  readonly child: ChildProcess;
  readonly #end: Promise<number | null>;
  text = '';

  constructor(t: TestContext, box: Sandbox, ...words: string[]) {
    this.child = box.start('run', '--substrate', 'fake', '--suite', 'testing', '-j', '1', '--watch', ...words);
    t.after(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        this.text += part;
      });
    this.#end = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** Waits until a pattern was printed so many times. */
  async printed(pattern: RegExp, times = 1): Promise<void> {
    const isThere = (): boolean => [...this.text.matchAll(new RegExp(pattern, 'gm'))].length >= times;
    await until(isThere, { what: `${pattern} in\n${this.text}`, timeoutMs: 60_000 });
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.#end;
  }
}

const waiting = /^waiting for changes in testing; Ctrl-C ends$/;

test('a change runs all again, what failed first, then the shortest; Ctrl-C ends with the last exit code', {
  timeout: 180_000,
}, async (t) => {
  const two = { 'eastinit.sh': 'echo fine\nfake: wall 300\n', 'east.console.txt': passing()['east.console.txt'] ?? '' };
  const box = new Sandbox(t).add({ a: two, b: passing(), c: passing() });
  box.add({ a: { ...two, 'east.console.txt': reference('east', ['echo fine', 'fine\n'], ['fake: wall 300']) } });
  const watching = new Watching(t, box);
  await watching.printed(waiting);
  box.add({ c: failing });
  await watching.printed(waiting, 2);
  assert.match(
    watching.text,
    /^changed: testing\/pluto\/TESTLIST, testing\/pluto\/c\/east\.console\.txt, testing\/pluto\/c\/eastinit\.sh$/m,
  );
  box.add({ b: passing('echo well', 'well\n') });
  await watching.printed(waiting, 3);
  const words = [...watching.text.matchAll(/^(passed|minor) +libreswan:(\w)/gm)].map(
    ([, word, name]) => `${name} ${word}`,
  );
  // Nothing is known of their durations in the first round.
  assert.deepEqual(words.slice(0, 3).sort(), ['a passed', 'b passed', 'c passed']);
  assert.equal(words.slice(3, 6).at(-1), 'a passed');
  assert.deepEqual(words.slice(6), ['c minor', 'b passed', 'a passed']);
  assert.equal(await watching.stop('SIGINT'), 1);
  assert.equal(box.runs().length, 3);
});

test('a change during a run stops it and begins anew, and a new folder is noticed', { timeout: 180_000 }, async (t) => {
  const box = new Sandbox(t).add({ a: slow });
  const watching = new Watching(t, box);
  const begun = (run: number): boolean => {
    const id = existsSync(join(box.dir, 'espalier-runs')) ? box.runs()[run] : undefined;
    return id !== undefined && existsSync(join(box.dir, 'espalier-runs', id, 'attempts/libreswan/a/0/records'));
  };
  await until(() => begun(0), { what: 'the first run', timeoutMs: 60_000 });
  box.add({ a: passing(), b: passing() });
  await watching.printed(/^changed: testing\//);
  await watching.printed(waiting);
  assert.match(watching.text, /^passed +libreswan:a/m);
  assert.match(watching.text, /^passed +libreswan:b/m);
  assert.equal(await watching.stop('SIGTERM'), 0);
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`${signal} during a run ends it too`, { timeout: 120_000 }, async (t) => {
    const box = new Sandbox(t).add({ a: slow });
    const watching = new Watching(t, box);
    const records = (): boolean =>
      box.runs().some((id) => existsSync(join(box.dir, 'espalier-runs', id, 'attempts/libreswan/a/0/records')));
    await until(() => existsSync(join(box.dir, 'espalier-runs')) && records(), { what: 'the lab', timeoutMs: 60_000 });
    assert.equal(await watching.stop(signal), signal === 'SIGINT' ? 130 : null);
    // Its streams are closed, so the process that made the run is gone as well.
    const { code } = await box.espalier('prune', '--keep-runs', '0', '--remove', '--older-than', '0h');
    assert.equal(code, 0);
  });
}

test('what changes by no editor cannot be watched', async (t) => {
  const box = new Sandbox(t).add({ a: passing() });
  const nothing = await box.espalier('run', '--substrate', 'fake', '--watch', 'examples');
  assert.equal(nothing.code, 3);
  assert.match(nothing.stderr, /--watch: nothing of this run is a file of yours\n {2}-> name your tree with --source/);
  const both = await box.run('--watch', '--resume', 'latest');
  assert.equal(both.code, 3);
  assert.match(both.stderr, /--watch makes a run after each change; --resume cannot/);
  assert.equal((await box.run('--watch', '--seed', 'x')).code, 3);
});
