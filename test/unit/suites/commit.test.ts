import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run, succeed } from '../../../src/base/processes.ts';
import { commitOf } from '../../../src/suites/commit.ts';

const skip = await run('git', ['--version']).then(
  () => false,
  () => 'git is not installed',
);

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-commit-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function repository(t: TestContext): Promise<string> {
  const dir = folder(t);
  const git = (...args: string[]) => succeed('git', args, { cwd: dir });
  await git('init', '-q');
  mkdirSync(join(dir, 'testing'));
  writeFileSync(join(dir, 'testing', 'file'), 'one\n');
  await git('add', '.');
  const who = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.org'];
  await git(
    ...who,
    'commit',
    '-q',
    '--no-gpg-sign',
    '-m',
    'testing: the first\n\nmore words',
    '--date=2026-01-02T03:04:05Z',
  );
  return dir;
}

test('a checkout tells its commit, from any of its folders', { skip }, async (t) => {
  const dir = await repository(t);
  const head = (await succeed('git', ['rev-parse', 'HEAD'], { cwd: dir })).stdout.toString().trim();
  const found = await commitOf(join(dir, 'testing'));
  assert.equal(found?.hash, head);
  assert.equal(found.subject, 'testing: the first');
  assert.ok(Date.parse(found.date) > 0, found.date);
});

test('outside of a repository, and in one without a commit, there is none', { skip }, async (t) => {
  const dir = folder(t);
  assert.equal(await commitOf(dir), undefined);
  await succeed('git', ['init', '-q'], { cwd: dir });
  assert.equal(await commitOf(dir), undefined);
});

test('programs that the repository names are not run', { skip }, async (t) => {
  const dir = await repository(t);
  const mark = join(dir, 'was-run');
  const program = join(dir, 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  for (const [key, value] of [
    ['log.showSignature', 'true'],
    ['gpg.program', program],
    ['core.fsmonitor', program],
    ['core.pager', program],
    ['pager.log', program],
    ['alias.log', `!${program}`],
  ] as const)
    await succeed('git', ['config', key, value], { cwd: dir });
  assert.equal((await commitOf(dir))?.subject, 'testing: the first');
  assert.equal(existsSync(mark), false);
});
