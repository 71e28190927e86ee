import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyPatches, edited, kernelPatches } from '../../../../src/supply/kernel/patches.ts';

const source = 'int a(void)\n{\n\tone();\n\ttwo();\n\ttwo();\n}\n';

const cases: readonly (readonly [string, Parameters<typeof edited>[1], string])[] = [
  [
    'before a line',
    { file: 'f', before: 'one();', add: 'zero();\n' },
    'int a(void)\n{\nzero();\n\tone();\n\ttwo();\n\ttwo();\n}\n',
  ],
  [
    'after a line',
    { file: 'f', after: 'one();', add: 'x();\ny();' },
    'int a(void)\n{\n\tone();\nx();\ny();\n\ttwo();\n\ttwo();\n}\n',
  ],
  [
    'in place of a line',
    { file: 'f', replace: 'one();', add: 'x();\ny();' },
    'int a(void)\n{\nx();\ny();\n\ttwo();\n\ttwo();\n}\n',
  ],
  ['that takes a line away', { file: 'f', replace: 'one();', add: '' }, 'int a(void)\n{\n\ttwo();\n\ttwo();\n}\n'],
];
for (const [name, edit, text] of cases) {
  test(`an edit is made ${name}`, () => {
    assert.deepEqual(edited(source, edit), { text });
  });
}

for (const [anchor, count] of [
  ['three();', 0],
  ['two();', 2],
  ['one()', 0],
] as const) {
  test(`an anchor that is there ${count} times does not fit: ${anchor}`, () => {
    const why = `has ${count} lines «${anchor}», not one`;
    assert.deepEqual(edited(source, { file: 'f', after: anchor, add: 'x();' }), { why });
  });
}

test('a patch is applied whole or not at all, and who does not fit is named', () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-patch-'));
  try {
    writeFileSync(join(dir, 'f'), source);
    const patch = { name: 'p', text: '', reason: '', tried: ['7'], needs: [] };
    const good = { file: 'f', before: 'one();', add: 'zero();' };
    const misfits = applyPatches(dir, [
      { ...patch, edits: [good, { file: 'f', after: 'zero();', add: 'half();' }] },
      {
        ...patch,
        name: 'q',
        edits: [
          { file: 'f', after: '}', add: 'end' },
          { file: 'f', after: 'gone', add: '' },
        ],
      },
      { ...patch, name: 'r', edits: [{ file: 'g', after: 'x', add: '' }] },
    ]);
    assert.equal(readFileSync(join(dir, 'f'), 'utf8'), source.replace('\tone', 'zero();\nhalf();\n\tone'));
    assert.deepEqual(misfits, [
      { patch: 'q', why: 'f has 0 lines «gone», not one' },
      { patch: 'r', why: 'g is missing' },
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('every patch has its reason, the versions it was tried with, and a licence line', () => {
  const patches = kernelPatches();
  assert.ok(patches.length > 0);
  for (const { reason, text, tried, name } of patches) {
    assert.match(text, /^# SPDX-License-Identifier: GPL-2\.0-only\n/, name);
    assert.ok(reason.length > 40 && tried.length > 0, name);
  }
});
