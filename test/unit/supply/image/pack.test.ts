import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256File } from '../../../../src/base/files.ts';
import { isPresentProgram } from '../../../../src/supply/debian/machine-tools.ts';
import { readErofs } from '../../../../src/supply/image/erofs/reader.ts';
import { walk } from '../../../../src/supply/image/erofs/tree.ts';
import { packImage, squashfsOf } from '../../../../src/supply/image/pack.ts';

async function withTree(body: (tree: string, dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-pack-'));
  const cache = process.env.ESPALIER_CACHE;
  process.env.ESPALIER_CACHE = join(dir, 'cache');
  try {
    const tree = join(dir, 'tree');
    mkdirSync(join(tree, 'usr', 'bin'), { recursive: true });
    writeFileSync(join(tree, 'usr', 'bin', 'program'), 'x'.repeat(5000), { mode: 0o755 });
    symlinkSync('program', join(tree, 'usr', 'bin', 'other'));
    await body(tree, dir);
  } finally {
    if (cache === undefined) delete process.env.ESPALIER_CACHE;
    else process.env.ESPALIER_CACHE = cache;
    rmSync(dir, { recursive: true, force: true });
  }
}

test('a folder, its tar and its compressed tar give equal bytes, whatever their dates', async () => {
  await withTree(async (tree, dir) => {
    const sums = new Set<string>();
    const pack = async (source: string): Promise<void> => {
      const out = join(dir, 'out');
      await packImage(source, out, { allRoot: true, sameDates: true });
      sums.add(await sha256File(out));
    };
    await pack(tree);
    execFileSync('tar', ['-C', tree, '-cf', join(dir, 'a.tar'), '.']);
    await pack(join(dir, 'a.tar'));
    utimesSync(join(tree, 'usr'), 1, 1);
    execFileSync('tar', ['-C', tree, '-czf', join(dir, 'b.tar.gz'), 'usr']);
    await pack(join(dir, 'b.tar.gz'));
    assert.equal(sums.size, 1);
  });
});

test('regular files begin on pages of the image, and their last page ends in zeros', async () => {
  await withTree(async (tree, dir) => {
    const out = join(dir, 'out');
    await packImage(tree, out);
    const program = new Map(walk(readErofs(out))).get('/usr/bin/program')?.content;
    assert.equal((program?.offset ?? 1) % 4096, 0);
    assert.equal(statSync(out).size % 4096, 0);
  });
});

const skip = isPresentProgram('sqfstar') ? false : 'sqfstar is not installed';

test('a kernel without EROFS gets the same files as squashfs, made once', { skip }, async () => {
  await withTree(async (tree, dir) => {
    const out = join(dir, 'out');
    await packImage(tree, out, { allRoot: true });
    const made = await squashfsOf(out);
    const { mtimeMs } = statSync(made);
    const listed = execFileSync('unsquashfs', ['-lln', made]).toString();
    assert.match(listed, /-rwxr-xr-x 0\/0 +5000 .*squashfs-root\/usr\/bin\/program\n/);
    assert.match(listed, /squashfs-root\/usr\/bin\/other -> program\n/);
    assert.equal(statSync(await squashfsOf(out)).mtimeMs, mtimeMs);
  });
});
