import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { lockProblems } from '../../../tools/gate/lock-file.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;

const cases: readonly (readonly [title: string, entry: object, says: RegExp | undefined])[] = [
  ['with its hash', { version: '1.0.0', integrity }, undefined],
  ['without a hash', { version: '1.0.0', optional: true }, /node_modules\/a has no SHA-512/],
  ['with a weaker hash', { version: '1.0.0', integrity: 'sha1-AAAA' }, /has no SHA-512/],
  ['from a place', { integrity, resolved: 'https://example.org/a.tgz' }, /names the place/],
  ['with an install script', { integrity, hasInstallScript: true }, /has an install script/],
  ['with an install script, for development', { integrity, hasInstallScript: true, dev: true }, undefined],
];
for (const [title, entry, says] of cases) {
  test(`an entry ${title} is ${says === undefined ? 'taken' : 'refused'}`, () => {
    const problems = lockProblems(JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } }));
    if (says === undefined) assert.deepEqual(problems, []);
    else assert.match(problems.join('\n'), says);
  });
}

test('each package of this repository has its hash', () => {
  assert.deepEqual(lockProblems(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')), []);
});
