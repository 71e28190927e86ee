/** A scenario whose kernel lacks what it needs: only a kernel that is older, and that says so itself, makes it `unsupported`. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

const unsupported = ['unsupported', 'kernel-lacks'];
const failed = ['major', 'check-custom'];
const expected = {
  'older, and refused': unsupported,
  'older, and ignored': unsupported,
  'older, and there all the same': failed,
  'older, with another error': failed,
  'of that release': failed,
  'built with it': failed,
  'built without it': unsupported,
  'a check of the question fails': failed,
};

interface Results {
  readonly results: readonly {
    readonly name: string;
    readonly word: string;
    readonly issues: readonly { readonly kind: string; readonly message: string }[];
  }[];
}

test('a kernel excuses what it refuses only where it is too old for it', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-needs-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const json = join(output, 'results.json');
  const main = join(projectDir, 'src/cli/main.ts');
  const args = ['run', join(import.meta.dirname, 'kernel-needs.scenario.ts'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, '--reporter', `json=${json}`]);
  assert.equal(ran.status, 1, `${ran.stdout}${ran.stderr}`);
  const { results } = JSON.parse(readFileSync(json, 'utf8')) as Results;
  const found = results.map(({ name, word, issues }) => [name, [word, issues[0]?.kind]]);
  assert.deepEqual(Object.fromEntries(found), expected);
  const [refused, ignored] = results.map(({ issues }) => issues[0]?.message ?? '');
  const needs = /^needs a cipher that nobody knows, which Linux has since 99\.0; this kernel, \d+\.\d+\S*, /;
  for (const message of [refused, ignored]) assert.match(message ?? '', needs);
  assert.match(refused ?? '', / refuses it \(ENOSYS\)$/);
  assert.match(ignored ?? '', / ignores it$/);
});
