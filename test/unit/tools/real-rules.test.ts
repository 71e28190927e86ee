import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { importProblems } from '../../../tools/gate/imports.ts';
import { nameProblems } from '../../../tools/gate/names.ts';
import { purityProblems } from '../../../tools/gate/purity.ts';
import { readRules } from '../../../tools/gate/rules.ts';
import { type SourceFile, sourceFiles } from '../../../tools/gate/source-files.ts';

const rules = readRules(join(projectDir, 'deps.json'));
const files = sourceFiles();

/** What the real rules say of one more file; of the other files only that they exist is seen. */
function added(check: typeof importProblems, path: string, text: string): string[] {
  const others: SourceFile[] = files.map((file) => ({ path: file.path, text: '' }));
  return check([...others, { path, text }], rules).filter((line) => line.startsWith(path));
}

test("the real rules refuse a daemon's name in src/connection", () => {
  const text = "export const daemonOf = () => 'libreswan';\nexport const openikedLimit = 1;\n";
  assert.deepEqual(added(nameProblems, 'src/connection/probe.ts', text), [
    "src/connection/probe.ts:1: 'libreswan': libreswan is named outside its slice",
    'src/connection/probe.ts:2: openikedLimit: openiked is named outside its slice',
  ]);
});

test("the real rules refuse a suite's name outside its slice", () => {
  assert.deepEqual(added(nameProblems, 'src/session/probe.ts', "export const is = name === 'strongswan';\n"), [
    "src/session/probe.ts:1: 'strongswan': strongswan is named outside its slice",
  ]);
});

test('the real rules refuse one suite in another', () => {
  const text = "import { one } from '../libreswan/probe.ts';\n";
  assert.deepEqual(added(importProblems, 'src/suites/strongswan/probe.ts', text), [
    'src/suites/strongswan/probe.ts: imports src/suites/libreswan/probe.ts, but only src/suites/all.ts reaches into the slice libreswan',
  ]);
});

for (const [from, to] of [
  ['report', 'judge'],
  ['report', 'lab'],
  ['report', 'suites'],
  ['lab', 'judge'],
  ['judge', 'store'],
  ['session', 'cli'],
]) {
  test(`the real rules refuse ${from} → ${to}`, () => {
    const path = `src/${from}/probe.ts`;
    const [problem, ...more] = added(importProblems, path, `import { one } from '../${to}/probe.ts';\n`);
    assert.match(problem ?? '', new RegExp(`^${path}: imports src/${to}/probe.ts, but `));
    assert.deepEqual(more, []);
  });
}

test('the real rules refuse files of runs beside the door', () => {
  for (const room of ['store', 'session/judging', 'report/serve']) {
    const path = `src/${room}/probe.ts`;
    const up = '../'.repeat(room.split('/').length);
    const text = `import { readFileSync } from 'node:fs';\nimport { readJson } from '${up}base/files.ts';\nawait import('node:fs/promises');\n`;
    assert.deepEqual(added(importProblems, path, text), [
      `${path}: uses node:fs, but files of strangers are reached through src/base/door`,
      `${path}: uses src/base/files.ts:readJson, but files of strangers are reached through src/base/door`,
      `${path}: uses node:fs/promises, but files of strangers are reached through src/base/door`,
    ]);
  }
});

test('a module that is imported as a whole has what may not be used', () => {
  const path = 'src/store/probe.ts';
  for (const line of ["import * as files from '../base/files.ts'", "export * from '../base/files.ts'"]) {
    const [problem] = added(importProblems, path, `${line};\n`);
    assert.equal(
      problem,
      `${path}: uses src/base/files.ts:readJson, but files of strangers are reached through src/base/door`,
    );
  }
});

test('the real rules refuse Math.random in every pure room', () => {
  for (const room of ['model', 'evidence', 'evidence/wire', 'connection', 'daemons', 'judge', 'results']) {
    const path = `src/${room}/probe.ts`;
    const text = 'export const chance = Math.random();\n';
    assert.deepEqual(added(purityProblems, path, text), [`${path}:1: Math.random: this folder is pure`]);
  }
});

test('the real tree keeps to its rules, and a grant that it does not need is refused', () => {
  const judge = rules.rooms['src/judge'];
  assert.ok(judge);
  const wider = { ...judge, imports: [...judge.imports, 'src/connection'] };
  const stale = { ...rules, rooms: { ...rules.rooms, 'src/judge': wider } };
  assert.deepEqual(importProblems(files, stale), ['deps.json: no file needs: src/judge imports src/connection']);
});
