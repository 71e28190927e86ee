import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { substrateByName } from '../../../../src/lab/substrate/all.ts';
import { parseRunOptions, rerunOf } from '../../../../src/session/options.ts';
import { flavourNames, isUsual, wantedConfig } from '../../../../src/supply/kernel/flavours.ts';
import { hashOfRecipe, recipeOf } from '../../../../src/supply/kernel/recipe.ts';

const dir = mkdtempSync(join(tmpdir(), 'espalier-checkers-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const raw = { status: 'good', seed: '1', retries: '0', repeatEach: '1' };
const isUsage = (error: unknown): boolean =>
  error instanceof EspalierError && error.fault === 'usage' && /--checkers/.test(`${error}`);

test('a kernel of any flavour can have checkers, and keeps what it has without', () => {
  for (const flavour of flavourNames) {
    const [without, checked] = [wantedConfig(flavour), wantedConfig(flavour, { checkers: true })];
    const kept = [...without].filter(([name, value]) => checked.get(name) !== value);
    assert.deepEqual(kept, [], flavour);
    for (const name of ['KASAN', 'UBSAN', 'PROVE_LOCKING', 'DEBUG_KMEMLEAK']) {
      assert.equal(checked.get(`CONFIG_${name}`), 'y', `${flavour}: ${name}`);
    }
    assert.notEqual(hashOfRecipe(recipeOf({ flavour, checkers: true })), hashOfRecipe(recipeOf({ flavour })), flavour);
  }
  assert.deepEqual([isUsual({}), isUsual({ checkers: true })], [true, false]);
});

test('the option is kept with the run, and typed again by whoever runs a test again', () => {
  const options = parseRunOptions({ ...raw, checkers: true });
  assert.equal(options.checkers, true);
  assert.ok(rerunOf(options).options.includes('--checkers'));
  assert.equal(parseRunOptions(raw).checkers, undefined);
});

test('what is built already is refused: a binary, a tree with one, and a kernel of a distribution', async () => {
  writeFileSync(join(dir, 'linux'), 'a binary');
  for (const kernel of [join(dir, 'linux'), dir]) {
    assert.throws(() => parseRunOptions({ ...raw, kernel, checkers: true }), isUsage);
  }
  const request = {
    selection: undefined,
    flavour: 'standard',
    debug: false,
    coverage: false,
    signal: undefined,
  } as const;
  const supply = substrateByName('qemu').supply();
  await assert.rejects(async () => supply?.kernel({ ...request, checkers: true, options: new Map() }), isUsage);
});
