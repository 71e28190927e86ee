import assert from 'node:assert/strict';
import { constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireFiles } from '../../../../src/supply/image/build.ts';
import { type FileNode, fileAt } from '../../../../src/supply/image/erofs/tree.ts';

const common = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Buffer>() };
const folder = (children: Readonly<Record<string, FileNode>>): FileNode => ({
  ...common,
  mode: constants.S_IFDIR | 0o755,
  children: new Map(Object.entries(children)),
});
const link = (target: string): FileNode => ({ ...common, mode: constants.S_IFLNK | 0o777, target });
const regular = (file: string, size: number): FileNode => ({
  ...common,
  mode: constants.S_IFREG | 0o644,
  content: { file, offset: 0, size },
});

const passwd = regular('passwd', 3);
const root = folder({
  etc: folder({ passwd, 'passwd-': link('passwd'), round: link('round'), up: link('../../etc/./passwd') }),
  lib: link('usr/lib'),
  usr: folder({ lib: folder({ up: link('../../etc/passwd') }) }),
  var: folder({ etc: link('/etc') }),
});

const paths: readonly (readonly [path: string, file: FileNode | undefined])[] = [
  ['/etc/passwd', passwd],
  ['//etc/../etc/./passwd', passwd],
  ['/etc/passwd-', passwd],
  ['/etc/up', passwd],
  ['/lib/up', passwd],
  ['/var/etc/passwd', passwd],
  ['/', root],
  ['/etc/shadow', undefined],
  ['/etc/passwd/more', undefined],
  ['/etc/round', undefined],
];
for (const [path, file] of paths) {
  test(`the file of ${path} in a packed tree`, () => assert.equal(fileAt(root, path), file));
}

test('an image that lacks a file of its recipe, or has another, is refused', () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-image-'));
  try {
    const file = join(dir, 'content');
    writeFileSync(file, 'näme\n');
    const image = folder({ etc: folder({ name: regular(file, 6) }), lib: link('etc') });
    const place = (path: string, content: string): void =>
      requireFiles({ files: [{ path, content, mode: 0o644 }] }, image, 'mine');
    place('/etc/name', 'näme\n');
    place('/lib/name', 'näme\n');
    const says = { fault: 'infrastructure', message: /^the image mine does not hold \/etc\/name as its recipe has it/ };
    assert.throws(() => place('/etc/name', 'other\n'), says);
    assert.throws(() => place('/var/lib/dbus/machine-id', '0\n'), /does not hold \/var\/lib\/dbus\/machine-id/);
    assert.throws(() => place('/etc', ''), /does not hold \/etc/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
