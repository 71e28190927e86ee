import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { treeOptions } from '../../../../src/supply/kernel/selftest-options.ts';

test("options of a tree's selftests: modules are built in, and what labs cannot have is left out", () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-options-'));
  try {
    const folder = join(dir, 'tools/testing/selftests/net');
    mkdirSync(folder, { recursive: true });
    const text = 'CONFIG_A=y\nCONFIG_B=m\nCONFIG_DEBUG_INFO_BTF=y\nCONFIG_DEBUG_INFO_BTF_MODULES=n\nCONFIG_MODULES=y\n';
    writeFileSync(join(folder, 'config'), text);
    assert.deepEqual(
      [...treeOptions(dir, ['net', 'net/none'])],
      [
        ['CONFIG_A', 'y'],
        ['CONFIG_B', 'y'],
      ],
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
