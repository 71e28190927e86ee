import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { NewerPackages } from '../../../../src/daemons/build-recipe.ts';
import { isPresentProgram } from '../../../../src/supply/debian/machine-tools.ts';
import { needsNewer, unpackNewer } from '../../../../src/supply/source/newer-packages.ts';

const newer: NewerPackages = {
  where: { file: 'mk/config.mk', holds: 'USE_NEW ?= true' },
  suite: 'sid',
  packages: ['libswan1'],
  toBuild: ['libswan-dev'],
};

function inFolder<T>(body: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-newer-'));
  const done = (): void => rmSync(dir, { recursive: true, force: true });
  const result = body(dir);
  if (result instanceof Promise) return result.finally(done) as T;
  done();
  return result;
}

test('a tree needs newer packages where its file says so, and not where a link leads elsewhere', () => {
  inFolder((dir) => {
    assert.equal(needsNewer(dir, newer), false);
    mkdirSync(join(dir, 'mk'));
    writeFileSync(join(dir, 'mk/config.mk'), 'USE_OLD ?= true\n');
    assert.equal(needsNewer(dir, newer), false);
    writeFileSync(join(dir, 'mk/config.mk'), 'USE_OLD ?= true\nUSE_NEW ?= true\n');
    assert.equal(needsNewer(dir, newer), true);
    mkdirSync(join(dir, 'other'));
    symlinkSync('../mk', join(dir, 'other/mk'));
    assert.equal(needsNewer(join(dir, 'other'), newer), false);
  });
});

/** A package with these files, made as Debian's are. */
function makePackage(dir: string, name: string, files: Readonly<Record<string, string>>): string {
  const tree = join(dir, name);
  const control = `Package: ${name}\nVersion: 1.2-3\nArchitecture: all\nMaintainer: a\nDescription: b\n`;
  for (const [path, content] of Object.entries({ 'DEBIAN/control': control, ...files })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const deb = join(dir, `${name}_1.2-3_all.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-b', tree, deb], { stdio: 'ignore' });
  return deb;
}

const skip = isPresentProgram('dpkg-deb') ? false : 'dpkg-deb is not installed';

test('newer packages take the place of older files; what goes into the layer is listed', { skip }, async () => {
  await inFolder(async (dir) => {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/libswan.so.1'), 'old');
    const debs: Record<string, string> = {
      libswan1: makePackage(dir, 'libswan1', {
        'usr/lib/libswan.so.1': 'new',
        'usr/share/doc/libswan1/copyright': 'c',
      }),
      'libswan-dev': makePackage(dir, 'libswan-dev', { 'usr/include/swan.h': 'header' }),
    };
    await unpackNewer(root, newer, async (name) => debs[name] ?? '');
    assert.equal(readFileSync(join(root, 'usr/lib/libswan.so.1'), 'utf8'), 'new');
    assert.ok(existsSync(join(root, 'usr/include/swan.h')));
    assert.equal(readFileSync(join(root, 'newer/files'), 'utf8'), '/usr/lib/libswan.so.1\n');
    assert.equal(readFileSync(join(root, 'newer/packages'), 'utf8'), 'libswan1 1.2-3 of Debian sid\n');
  });
});
