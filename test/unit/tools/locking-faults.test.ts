import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { type LockingFault, lockingFaults, placedFault } from '../../../tools/kernel-mutants/concurrent.ts';
import { files } from '../../../tools/kernel-mutants/files.ts';
import { mutated } from '../../../tools/kernel-mutants/operators.ts';

/** A function of ours in the kernel's style, behind one that has the same words. */
const text = [
  'static void before(void)\n{\n\tlock(&a);\n\tunlock(&a);\n}\n',
  'static int f(int a)\n{\n\tlock(&a); /* lock(&a) */\n\tif (a) {\n\t\tunlock(&a);\n\t\treturn 1;\n\t}\n\tunlock(&a);\n\treturn 0;\n}\n',
].join('\n');
const fault = (edits: LockingFault['edits'], within = 'f'): LockingFault => ({
  what: 'it',
  file: 'net/xfrm/x.c',
  within,
  edits,
  rows: /x/,
});

test('a fault changes all its places in one function and nothing else', () => {
  const mutant = placedFault(
    fault([
      [/\bunlock\(&a\)/, 'b()'],
      [/\block\(&a\)/, 'a()'],
    ]),
    text,
  );
  const wanted = text.replace(/(?<=static int f[\s\S]*?)(?:lock\(&a\);|unlock\(&a\);)/g, (found) =>
    found.startsWith('un') ? 'b();' : 'a();',
  );
  assert.equal(mutated(text, mutant), wanted);
  assert.equal(mutant.line, text.slice(0, text.indexOf('lock(&a); /*')).split('\n').length);
});

test('a fault without a place is refused: no such function, or one edit that finds nothing', () => {
  for (const wrong of [
    fault([[/lock/, 'x']], 'g'),
    fault([
      [/\block/, 'x'],
      [/nothing/, 'y'],
    ]),
    fault([]),
  ]) {
    assert.throws(() => placedFault(wrong, text), EspalierError);
  }
});

test('each fault is named once and lies in a file in which bugs are planted', () => {
  assert.equal(new Set(lockingFaults.map(({ what }) => what)).size, lockingFaults.length);
  for (const { file } of lockingFaults) assert.ok((files as readonly string[]).includes(file), file);
});
