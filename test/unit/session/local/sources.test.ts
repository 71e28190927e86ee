import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { treesOfSources } from '../../../../src/session/local/sources.ts';
import { effectiveSelectors } from '../../../../src/session/options.ts';

/** A tree of a daemon that comes without a suite. */
function tree(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-sources-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return `openiked=${dir}`;
}

test('a tree without a suite of its own is run with the scenarios that have its daemon', async (t) => {
  const source = [tree(t)];
  assert.deepEqual(await effectiveSelectors([], { source }), ['interop']);
  assert.deepEqual(await effectiveSelectors(['reports'], { source }), ['reports']);
  assert.deepEqual(await treesOfSources(['interop'], { source }), new Map());
});

test('a tree whose daemon no host of the suite boots is refused', async (t) => {
  const source = [tree(t)];
  await assert.rejects(treesOfSources(['strongswan'], { source }), {
    fault: 'usage',
    message: /no host of strongswan/,
  });
});
