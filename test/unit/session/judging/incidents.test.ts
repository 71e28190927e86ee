import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { packAttempt } from '../../../../src/store/attempt-archive.ts';
import { makeTree } from '../../suites/libreswan/tree.ts';
import { answers, makeAttempt } from './made-attempt.ts';

interface Files {
  readonly [name: string]: string;
}

/** Kinds of issues of an attempt with these files besides what a lab leaves, and libreswan's own word. */
async function judged(files: Files, said: Files = {}, packed = false): Promise<readonly unknown[]> {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree, { ...answers, ...said });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
  }
  if (packed) await packAttempt(dir);
  const { word, upstream, issues } = await judgeAttempt(dir, { runDir, cache: false });
  return [word, upstream, ...issues.map(({ kind, host, file, line }) => [kind, host, file, line])];
}

const output = 'files/testing/pluto/hello/OUTPUT';
const assertion = '"a" #1: x\nABORT: ASSERTION FAILED: x\n';
const sanitizer = 'x\n==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n';

test('what libreswan’s post-mortem looks for in its logs is one issue, under its name', async () => {
  const log = `${output}/west.pluto.log`;
  assert.deepEqual(await judged({ [log]: assertion }), ['crash', 'failed', ['ASSERTION', 'west', log, 2]]);
  assert.deepEqual(await judged({ [log]: 'EXPECTATION FAILED: x\nleak detective found 2 leaks\n' }), [
    ...['major', 'failed'],
    ['EXPECTATION', 'west', log, 1],
    ['LEAK', 'west', log, 2],
  ]);
});

test('what it does not look for, and what lies elsewhere, are issues of which it knows nothing', async () => {
  const log = `${output}/west.pluto.log`;
  const other = 'files/east/var/log/a.log';
  assert.deepEqual(await judged({ [log]: sanitizer }), ['crash', 'passed', ['memory-error', 'west', log, 2]]);
  assert.deepEqual(await judged({ [other]: assertion }), ['crash', 'passed', ['assertion-failed', 'east', other, 2]]);
  assert.deepEqual(await judged({ [other]: assertion }, {}, true), [
    'crash',
    'passed',
    ['assertion-failed', 'east', other, 2],
  ]);
  assert.deepEqual(await judged({ 'files/nobody/var/log/a.log': assertion }), ['passed', 'passed']);
  assert.deepEqual(await judged({ 'kernel.log': 'x\n[    1.000000] BUG: KASAN: x\n' }), [
    ...['crash', 'passed'],
    ['kernel-fault', undefined, 'kernel.log', 2],
  ]);
});

test('a line of a console that its reference has not is an issue beside the difference', async () => {
  const found = await judged({}, { 'echo hello': `hello\n${sanitizer}` });
  assert.deepEqual(found.slice(0, 3), ['crash', 'failed', ['memory-error', 'east', undefined, undefined]]);
});
