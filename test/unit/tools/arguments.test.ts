import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { headComment } from '../../../tools/arguments.ts';

test('the head comment of a file becomes plain text', () => {
  assert.equal(headComment('/**\n * `npm run x`: one\n *\n * two\n */\nimport'), '`npm run x`: one\n\ntwo');
  assert.equal(headComment('#!/usr/bin/env node\n/** one */\n'), 'one');
  assert.equal(headComment('const a = 1; /** no head */'), '');
});

const tools = globSync('{tools,test}/**/*.ts', { cwd: projectDir }).filter((file) =>
  /^(?:const| {2}const) \{.*\} = toolArguments\(import\.meta\.filename/m.test(
    readFileSync(join(projectDir, file), 'utf8'),
  ),
);

test('each tool that takes arguments says in its head comment how it is called', () => {
  assert.ok(tools.length > 5, tools.join());
  for (const file of tools)
    assert.match(headComment(readFileSync(join(projectDir, file), 'utf8')), /npm (?:run|test)/, file);
});

test('--help of a tool and an option that there is not', () => {
  const run = (...words: readonly string[]) =>
    spawnSync(process.execPath, [join(projectDir, 'tools/bench.ts'), ...words], { encoding: 'utf8', timeout: 60_000 });
  const help = run('--help');
  assert.deepEqual([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /^`npm run bench`/);
  const wrong = run('--nothing');
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /--nothing[\s\S]*npm run bench/);
});
