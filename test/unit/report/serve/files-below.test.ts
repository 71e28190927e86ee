import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { openBelow } from '../../../../src/report/serve/files-below.ts';

/** `root/` may be read, `secret` beside it may not; links lead from one to the other. */
function folders(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-serve-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'root', 'a', 'b'), { recursive: true });
  for (const name of ['secret', 'root/a/file', 'root/a/b/%2e']) writeFileSync(join(dir, name), name);
  symlinkSync('../../secret', join(dir, 'root/a/link'));
  symlinkSync('../..', join(dir, 'root/a/up'));
  symlinkSync('b', join(dir, 'root/a/inside'));
  return dir;
}

function read(root: string, path: string): string | undefined {
  using file = openBelow(root, path);
  return file?.read().toString('utf8');
}

test('a file is found by its percent-encoded path; folders, links and ways up are not', (t) => {
  const root = join(folders(t), 'root');
  assert.equal(read(root, 'a/file'), 'root/a/file');
  assert.equal(read(root, '%61/f%69le'), 'root/a/file');
  assert.equal(read(root, 'a/b/%252e'), 'root/a/b/%2e');
  const refused = [
    '',
    'a',
    'a/',
    'a//file',
    '/a/file',
    'a/./file',
    'a/../a/file',
    '../secret',
    '%2e%2e/secret',
    'a/link',
  ];
  for (const path of [
    ...refused,
    'a/up/secret',
    'a/inside/%252e',
    '..%2fsecret',
    'a%2ffile',
    'a/file%00',
    '%',
    '%ff',
    'none',
  ]) {
    assert.equal(read(root, path), undefined, path);
  }
});

test('no path leads out of the folder', (t) => {
  const root = join(folders(t), 'root');
  const word = fc.constantFrom(
    'a',
    'b',
    'up',
    'link',
    'inside',
    'file',
    'secret',
    'root',
    '.',
    '..',
    '',
    '%2e',
    '%2E%2e',
    '%2f',
    '%5c',
    '%00',
    '\\',
    '...',
  );
  const path = fc
    .array(fc.oneof({ weight: 4, arbitrary: word }, fc.string()), { maxLength: 8 })
    .map((words) => words.join('/'));
  const glued = fc.array(word, { maxLength: 8 }).map((words) => words.join(''));
  fc.assert(
    fc.property(fc.oneof(path, glued), (any) => {
      assert.notEqual(read(root, any), 'secret');
    }),
    { numRuns: 3000 },
  );
});
