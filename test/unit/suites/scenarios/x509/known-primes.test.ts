import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { knownPrime } from '../../../../../src/suites/scenarios/x509/known-primes.ts';

/** A cache folder of this test's own. */
function ownCache(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-primes-'));
  const before = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = dir;
  t.after(() => {
    if (before === undefined) delete process.env.ESPALIER_CACHE;
    else process.env.ESPALIER_CACHE = before;
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** 1009 is the first prime behind 999. */
function asked(): { readonly prime: bigint; readonly searched: boolean } {
  let searched = false;
  const prime = knownPrime('a name', 999n, () => {
    searched = true;
    return 1009n;
  });
  return { prime, searched };
}

test('a prime is searched for once', (t) => {
  ownCache(t);
  assert.deepEqual(asked(), { prime: 1009n, searched: true });
  assert.deepEqual(asked(), { prime: 1009n, searched: false });
});

for (const [what, damage] of [
  ['of another number', (text: string) => text.replace('5', '4')],
  ['without its hash', () => '5'],
  ['no number', (text: string) => text.replace('5', 'five')],
  ['empty', () => ''],
  ['far too large', (text: string) => text.replace('5', '9'.repeat(40))],
] as const) {
  test(`what the cache says of a prime is not believed where it is ${what}`, (t) => {
    const dir = ownCache(t);
    asked();
    const [file = ''] = readdirSync(join(dir, 'primes'));
    const path = join(dir, 'primes', file);
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    assert.deepEqual(asked(), { prime: 1009n, searched: true });
    assert.deepEqual(asked(), { prime: 1009n, searched: false });
  });
}

test('a cache that cannot be written costs nothing but the search', (t) => {
  const dir = ownCache(t);
  writeFileSync(join(dir, 'primes'), 'a file');
  assert.deepEqual(asked(), { prime: 1009n, searched: true });
  assert.deepEqual(asked(), { prime: 1009n, searched: true });
});
