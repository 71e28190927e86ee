import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { keepSources, keptSources, sourcesOf } from '../../../../src/supply/kernel/kept-sources.ts';

test('of a tree that was compiled its headers are kept, and the files that have an object', () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-sources-'));
  try {
    const files = [
      ...['net/ipv4/esp4.c', 'net/ipv4/esp4.o', 'net/ipv4/fou.c', 'include/net/xfrm.h', 'linux', 'Makefile'],
      ...['arch/um/kernel/entry.S', 'arch/um/kernel/entry.o', 'arch/arm64/a.h', 'Documentation/a.h'],
    ];
    for (const file of files) {
      mkdirSync(dirname(join(dir, 'tree', file)), { recursive: true });
      writeFileSync(join(dir, 'tree', file), '');
    }
    const kernel = join(dir, 'kept', 'linux');
    mkdirSync(dirname(kernel));
    assert.equal(keptSources(kernel), undefined);
    keepSources(join(dir, 'tree'), sourcesOf(kernel));
    const kept = keptSources(kernel) ?? '';
    const found = readdirSync(kept, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.deepEqual(found.map(({ parentPath, name }) => join(parentPath, name).slice(kept.length + 1)).sort(), [
      'arch/um/kernel/entry.S',
      'include/net/xfrm.h',
      'net/ipv4/esp4.c',
    ]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
