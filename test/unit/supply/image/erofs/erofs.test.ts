import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EspalierError } from '../../../../../src/base/errors.ts';
import { sha256File } from '../../../../../src/base/files.ts';
import { readErofs } from '../../../../../src/supply/image/erofs/reader.ts';
import { readTar } from '../../../../../src/supply/image/erofs/tar-reader.ts';
import { writeTar } from '../../../../../src/supply/image/erofs/tar-writer.ts';
import { type FileNode, kindOf, readContent, walk } from '../../../../../src/supply/image/erofs/tree.ts';
import { writeErofs } from '../../../../../src/supply/image/erofs/writer.ts';

function inFolder<T>(body: (dir: string) => T | Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-erofs-'));
  return Promise.resolve(body(dir)).finally(() => rmSync(dir, { recursive: true, force: true }));
}

/** What a tree says, whatever file its contents stand in; hard links by the path of the first. */
function described(root: FileNode): unknown[] {
  const first = new Map<FileNode, string>();
  return [...walk(root)].map(([path, node]) => {
    const { content, children, xattrs, ...rest } = node;
    const same = children === undefined ? first.get(node) : undefined;
    first.set(node, same ?? path);
    const bytes = content === undefined ? undefined : readContent(content).toString('latin1');
    return [path, same, { ...rest, bytes, xattrs: [...xattrs].map(([key, value]) => [key, value.toString('latin1')]) }];
  });
}

const common = fc.record({
  uid: fc.nat(70_000),
  gid: fc.nat(70_000),
  mtime: fc.nat(2_000_000_000),
  bits: fc.nat(0o7777),
});
const xattrs = fc.dictionary(
  fc.constantFrom('security.capability', 'user.x', 'trusted.long.name'),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
);
const name = fc
  .string({ unit: fc.constantFrom('a', 'B', '-', '.', ' ', '\xe9', '1'), minLength: 1, maxLength: 130 })
  .filter((text) => text !== '.' && text !== '..');

type Sketch =
  | { kind: 'file'; size: number; link: boolean }
  | { kind: 'link'; target: string }
  | { kind: 'device'; major: number; minor: number; block: boolean }
  | { kind: 'dir'; many: number; inside: [string, Sketch][] };

const { sketch } = fc.letrec<{ sketch: Sketch }>((tie) => ({
  sketch: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('file' as const),
      size: fc.constantFrom(0, 1, 4095, 4096, 4097, 9000),
      link: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('link' as const),
      target: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 }),
    }),
    fc.record({ kind: fc.constant('device' as const), major: fc.nat(500), minor: fc.nat(60_000), block: fc.boolean() }),
    fc.record({
      kind: fc.constant('dir' as const),
      many: fc.constantFrom(0, 0, 0, 40, 400),
      inside: fc.uniqueArray(fc.tuple(name, tie('sketch')), { selector: ([text]) => text, maxLength: 6 }),
    }),
  ),
}));

/** Types as stat(2) numbers them. */
const types = { file: 0o100000, link: 0o120000, dir: 0o040000, block: 0o060000, char: 0o020000 };

type Common = { uid: number; gid: number; mtime: number; bits: number };

function build(shape: Sketch, about: Common & { xattrs: Map<string, Buffer> }, data: string): FileNode {
  const { bits, ...rest } = about;
  if (shape.kind === 'file')
    return { ...rest, mode: types.file | bits, content: { file: data, offset: 7, size: shape.size } };
  if (shape.kind === 'link') return { ...rest, mode: types.link | 0o777, target: shape.target };
  if (shape.kind === 'device') {
    const { major, minor, block } = shape;
    return { ...rest, mode: (block ? types.block : types.char) | bits, device: { major, minor } };
  }
  const children = new Map<string, FileNode>();
  for (const [text, inner] of shape.inside) {
    const node = build(inner, about, data);
    children.set(text, node);
    if (inner.kind === 'file' && inner.link) children.set(`${text.slice(0, 120)}~`, node);
  }
  for (let index = 0; index < shape.many; index++) {
    children.set(`entry ${index}`, { ...rest, mode: types.file | bits, content: { file: data, offset: 0, size: 1 } });
  }
  return { ...rest, mode: types.dir | bits, children };
}

test('a tree that is written as EROFS is read again as it was, and its bytes repeat', async () => {
  await inFolder(async (dir) => {
    const data = join(dir, 'data');
    writeFileSync(data, Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251)));
    await fc.assert(
      fc.asyncProperty(
        common,
        xattrs,
        fc.uniqueArray(fc.tuple(name, sketch), { selector: ([text]) => text, maxLength: 8 }),
        async (about, extended, inside) => {
          const named = new Map(
            Object.entries(extended)
              .sort()
              .map(([key, value]) => [key, Buffer.from(value, 'latin1')]),
          );
          const root = build({ kind: 'dir', many: 0, inside }, { ...about, xattrs: named }, data);
          const [image, again] = [join(dir, 'image'), join(dir, 'again')];
          for (const file of [image, again]) rmSync(file, { force: true });
          await writeErofs(root, image, 5);
          assert.deepEqual(described(readErofs(image)), described(root));
          await writeErofs(readErofs(image), again, 5);
          assert.equal(await sha256File(again), await sha256File(image));
          const tar = join(dir, 'tar');
          await writeTar(root, tar);
          assert.deepEqual(described(readTar(tar, { newDate: 0 })), described(root));
        },
      ),
      { numRuns: 20 },
    );
  });
});

test('a tar archive of GNU tar is read: links, modes, long names, dates, owners', async () => {
  await inFolder((dir) => {
    const tree = join(dir, 'tree');
    const long = join('a'.repeat(90), 'b'.repeat(90), 'c'.repeat(90));
    mkdirSync(join(tree, long), { recursive: true });
    writeFileSync(join(tree, long, 'file'), 'content');
    linkSync(join(tree, long, 'file'), join(tree, 'hard'));
    symlinkSync('x'.repeat(150), join(tree, 'soft'));
    chmodSync(join(tree, 'hard'), 0o4711);
    for (const format of ['gnu', 'posix', 'ustar']) {
      const tar = join(dir, `${format}.tar`);
      const skipped = format === 'ustar' ? ['--exclude=soft', '--exclude=./aaa*/*'] : [];
      const how = ['--sort=name', '--mtime=@1234567890.5', '--owner=70000', '--group=8', `--format=${format}`];
      execFileSync('tar', ['-C', tree, ...how, ...skipped, '-cf', tar, '.']);
      const files = new Map(walk(readTar(tar, { newDate: 1 })));
      const hard = files.get('/hard');
      assert.deepEqual([hard?.mode, hard?.uid, hard?.gid, hard?.mtime], [0o104711, 70_000, 8, 1_234_567_890], format);
      assert.equal(hard?.content && readContent(hard.content).toString(), 'content');
      if (format === 'ustar') continue;
      assert.equal(files.get(`/${long}/file`), hard);
      assert.equal(files.get('/soft')?.target, 'x'.repeat(150));
      const own = new Map(walk(readTar(tar, { newDate: 1, allRoot: true, date: 3 }))).get('/hard');
      assert.deepEqual([own?.uid, own?.gid, own?.mtime], [0, 0, 3]);
    }
  });
});

/** An archive of two files, 9 blocks and its end, with something done to its bytes. */
const damages: readonly (readonly [title: string, damage: (bytes: Buffer) => Buffer, says: RegExp])[] = [
  ['is cut between its entries', (bytes) => bytes.subarray(0, 8 * 512), /cut short/],
  ['is cut at its end', (bytes) => bytes.subarray(0, 10 * 512), /cut short/],
  ['is cut in the middle of a header', (bytes) => bytes.subarray(0, 8 * 512 + 100), /cut short/],
  ['is cut in the middle of a file', (bytes) => bytes.subarray(0, 2000), /in the middle of an entry/],
  ['is empty', () => Buffer.alloc(0), /cut short/],
  ['is text', () => Buffer.alloc(10_000, 'no archive\n'), /not a tar archive/],
  ['has another byte in a header', (bytes) => changedAt(bytes, 8 * 512, 'x'), /does not have its checksum/],
  ['has a size that is no number', (bytes) => summed(changedAt(bytes, 124, '0000000x670')), /a number .* is none/],
  ['has a negative size', (bytes) => summed(changedAt(bytes, 124, '\xff'.repeat(12))), /a negative size/],
  [
    'has a size beyond numbers',
    (bytes) => summed(changedAt(bytes, 124, '\x80'.padEnd(12, '\xff'))),
    /a number .* is none/,
  ],
  ['ends behind a long name', (bytes) => summed(changedAt(bytes, 8 * 512 + 156, 'L'), 8 * 512), /describes is missing/],
];

function changedAt(bytes: Buffer, at: number, text: string): Buffer {
  bytes.write(text, at, 'latin1');
  return bytes;
}

/** With the checksum of the header at `at` made right again. */
function summed(bytes: Buffer, at = 0): Buffer {
  bytes.write(' '.repeat(8), at + 148);
  const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
  return changedAt(bytes, at + 148, `${sum.toString(8).padStart(6, '0')}\0 `);
}

for (const [title, damage, says] of damages) {
  test(`an archive that ${title} is not packed as if it were whole`, async () => {
    await inFolder((dir) => {
      writeFileSync(join(dir, 'first'), 'x'.repeat(3500));
      writeFileSync(join(dir, 'second'), 'y');
      const tar = join(dir, 'tar');
      execFileSync('tar', ['-C', dir, '--format=ustar', '-cf', tar, 'first', 'second']);
      assert.equal(readTar(tar, { newDate: 1 }).children?.size, 2);
      writeFileSync(tar, damage(readFileSync(tar)));
      assert.throws(
        () => readTar(tar, { newDate: 1 }),
        (error: EspalierError) => {
          assert.deepEqual([error.fault, error.detail.file], ['infrastructure', tar]);
          assert.match(error.message, says);
          return true;
        },
      );
    });
  });
}

for (const record of ['size:=x', 'size:=-1', 'size:=', 'size:=1e3', 'uid:=1.5', 'mtime:=now']) {
  test(`an archive whose pax header says ${record} is refused`, async () => {
    await inFolder((dir) => {
      writeFileSync(join(dir, 'file'), 'x');
      const tar = join(dir, 'tar');
      execFileSync('tar', ['-C', dir, '--format=posix', `--pax-option=${record}`, '-cf', tar, 'file']);
      assert.throws(() => readTar(tar, { newDate: 1 }), /it has a pax header with /);
    });
  });
}

test('contents that became shorter are not written as if whole', async () => {
  await inFolder(async (dir) => {
    const file = join(dir, 'file');
    writeFileSync(file, 'x'.repeat(10));
    const about = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Buffer>() };
    const node: FileNode = { ...about, mode: types.file | 0o644, content: { file, offset: 5, size: 6 } };
    const root: FileNode = { ...about, mode: types.dir | 0o755, children: new Map([['file', node]]) };
    await assert.rejects(writeTar(root, join(dir, 'tar')), /became shorter/);
    await assert.rejects(writeErofs(root, join(dir, 'image'), 5), /became shorter/);
  });
});

test('what is no whole archive, or leads out of it, is refused', async () => {
  await inFolder((dir) => {
    const tree = join(dir, 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'file'), 'x'.repeat(3000));
    const tar = join(dir, 'tar');
    execFileSync('tar', ['-C', tree, '-cf', tar, 'file']);
    truncateSync(tar, 2000);
    assert.throws(() => readTar(tar, { newDate: 1 }), /ends in the middle of an entry/);
    execFileSync('tar', ['-C', tree, '--transform=s,^,../,', '-P', '-cf', tar, 'file']);
    assert.throws(() => readTar(tar, { newDate: 1 }), /leads out of itself with \.\.\/file/);
    assert.throws(() => readErofs(tar), /another magic number/);
  });
});

test('a socket has no place in an archive', () => assert.equal(kindOf(0o140755), undefined));

test('a directory that fills its block but for less than an inode stands by itself', async () => {
  await inFolder(async (dir) => {
    const about = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Buffer>() };
    const file: FileNode = { ...about, mode: types.link | 0o777, target: 'x' };
    // 4071 bytes: `.` and `..` are 27, a name needs 12 more than its length.
    const names = ['z'.repeat(112), ...Array.from({ length: 35 }, (_, index) => String(index).padStart(100, 'n'))];
    const root: FileNode = { ...about, mode: types.dir | 0o755, children: new Map(names.map((text) => [text, file])) };
    await writeErofs(root, join(dir, 'image'), 5);
    assert.deepEqual(described(readErofs(join(dir, 'image'))), described(root));
  });
});
