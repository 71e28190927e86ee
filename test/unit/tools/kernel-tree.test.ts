import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { restore } from '../../../tools/kernel-mutants/tree.ts';

test('what a killed process had changed is put back, with an object that make takes for newer than its source', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-tree-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'net/xfrm'), { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(dir, 'net/xfrm', name), text);
  write('a.c', 'changed');
  write('a.o', 'of what was changed');
  write('a.c.before-mutant', 'source');
  write('a.o.before-mutant', 'object');
  write('b.c', 'untouched');
  const long = new Date(0);
  utimesSync(join(dir, 'net/xfrm/a.o'), long, long);
  restore(dir);
  assert.deepEqual(globSync('**/*', { cwd: join(dir, 'net/xfrm') }).toSorted(), ['a.c', 'a.o', 'b.c']);
  const read = (name: string): string => readFileSync(join(dir, 'net/xfrm', name), 'utf8');
  assert.deepEqual(['a.c', 'a.o', 'b.c'].map(read), ['source', 'object', 'untouched']);
  const [source, object] = ['a.c', 'a.o'].map(
    (name) => statSync(join(dir, 'net/xfrm', name), { bigint: true }).mtimeNs,
  );
  assert.ok((object ?? 0n) >= (source ?? 0n));
});
