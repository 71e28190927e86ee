import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packTree } from '../../../src/suites/packed-tree.ts';

test('a tree is packed once, and anew for a file of the same size with its old date', async () => {
  const top = mkdtempSync(join(tmpdir(), 'espalier-packed-tree-'));
  const cache = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = join(top, 'cache');
  try {
    const script = join(top, 'testing/pluto/test/run.sh');
    mkdirSync(join(top, 'testing/pluto/test'), { recursive: true });
    writeFileSync(script, 'echo one\n');
    const first = await packTree(join(top, 'testing'));
    assert.deepEqual(await packTree(join(top, 'testing')), first);
    const { atime, mtime, ctimeMs } = statSync(script);
    while (statSync(script).ctimeMs === ctimeMs) {
      writeFileSync(script, 'echo two\n');
      utimesSync(script, atime, mtime);
    }
    const second = await packTree(join(top, 'testing'));
    assert.notEqual(second.sha256, first.sha256);
  } finally {
    if (cache === undefined) delete process.env.ESPALIER_CACHE;
    else process.env.ESPALIER_CACHE = cache;
    rmSync(top, { recursive: true, force: true });
  }
});
