import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { makeTree } from '../../suites/libreswan/tree.ts';
import { makeAttempt } from './made-attempt.ts';

test('a lab of processes has a log of its kernel, and without it nobody knows what the kernel reported', async () => {
  using tree = makeTree();
  const { runDir, dir } = await makeAttempt(tree);
  const judged = async () => {
    const { word, issues } = await judgeAttempt(dir, { runDir, cache: false });
    return [word, issues.map(({ kind, file }) => [kind, file])];
  };
  assert.deepEqual(await judged(), ['passed', []], 'other labs have none');
  const file = JSON.parse(readFileSync(join(dir, 'attempt.json'), 'utf8'));
  writeFileSync(join(dir, 'attempt.json'), JSON.stringify({ ...file, walls: 'namespaces' }));
  assert.deepEqual(await judged(), ['unresolved', [['unreadable-file', 'kernel.log']]]);
  writeFileSync(join(dir, 'kernel.log'), '');
  assert.deepEqual(await judged(), ['passed', []]);
});
