import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { realRoot } from '../../../../src/base/door/handle.ts';
import { judgeAttempt } from '../../../../src/session/judging/judge-attempt.ts';
import { openWith } from '../../../../src/session/judging/stored-scenario.ts';
import { files, makeTree } from '../../suites/libreswan/tree.ts';
import { makeAttempt } from './made-attempt.ts';

test('today’s references are not those of commands that were not typed', async () => {
  const judged = async (change: (tree: ReturnType<typeof makeTree>) => void) => {
    using tree = makeTree();
    const { runDir, dir } = await makeAttempt(tree);
    change(tree);
    process.env.ESPALIER_CACHE = join(tree.dir, 'cache');
    const loaded = await tree.open().load('hello');
    const { word, issues } = await judgeAttempt(dir, { runDir, loaded, cache: false });
    return [word, issues[0]?.kind, issues[0]?.message.split('\n')[0]];
  };
  assert.deepEqual(await judged(() => {}), ['passed', undefined, undefined]);
  // It would have printed something else.
  const other = await judged((tree) => {
    tree.write('pluto/hello/westrun.sh', 'echo moon | sed s/moon/sun/\n');
    tree.write('pluto/hello/west.console.txt', 'echo moon | sed s/moon/sun/\nworld\nwest #\n : end\nwest #\n\n');
  });
  assert.deepEqual(other, [
    'unresolved',
    'unreadable-file',
    'host west, `echo world`: today’s test has another command there: echo moon | sed s/moon/sun/',
  ]);
  const fewer = await judged((tree) => {
    tree.write('pluto/hello/final.sh', '');
    for (const host of ['east', 'west']) {
      const file = `pluto/hello/${host}.console.txt`;
      tree.write(file, files[file]?.replace(/ : end\n\w+ #\n/, '') ?? '');
    }
  });
  assert.deepEqual(fewer.slice(0, 2), ['unresolved', 'unreadable-file']);
});

test('what a function typed, and who typed it, is known from its lab and not from today’s file', async () => {
  using tree = makeTree();
  const { dir, loaded } = await makeAttempt(tree);
  const stored = JSON.parse(readFileSync(join(dir, 'scenario.json'), 'utf8'));
  const steps = stored.steps.map((step: object) => ({ ...step, by: 'look' }));
  writeFileSync(join(dir, 'scenario.json'), JSON.stringify({ ...stored, steps }));
  const driven = { ...loaded, plan: { ...loaded.plan, steps: [] }, drive: async () => [] };
  const { attempt } = await openWith(dir, driven, { dir: realRoot(join(tree.dir, 'run/inputs')) });
  assert.deepEqual(
    attempt.commands.map(({ line, by }) => [line, by]),
    [
      ['echo hello', 'look'],
      ['echo world', 'look'],
      [': end', 'look'],
      [': end', 'look'],
    ],
  );
});
