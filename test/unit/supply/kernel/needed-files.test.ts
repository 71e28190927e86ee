import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { neededFiles } from '../../../../src/supply/kernel/needed-files.ts';

/** Places in the file below. */
const at = {
  segments: 64,
  loader: 64 + 56,
  dynamic: 64 + 2 * 56,
  path: 256,
  table: 320,
  names: 400,
  end: 512,
} as const;

function withDir(body: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-elf-'));
  try {
    body(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A program that is loaded as one piece at 0x1000, and needs a loader and the library `libx.so`, which it looks for in `dir`. */
function program(dir: string): Buffer {
  const file = Buffer.alloc(at.end);
  file.write('7f454c460201', 'hex');
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(62, 18);
  file.writeBigUInt64LE(BigInt(at.segments), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(3, 56);
  const segment = (place: number, ...[type, offset, length]: readonly [number, number, number]): void => {
    file.writeUInt32LE(type, place);
    file.writeBigUInt64LE(BigInt(offset), place + 8);
    file.writeBigUInt64LE(BigInt(offset + 0x1000), place + 16);
    file.writeBigUInt64LE(BigInt(length), place + 32);
  };
  const path = join(dir, 'ld.so');
  segment(at.segments, 1, 0, at.end);
  segment(at.loader, 3, at.path, path.length + 1);
  segment(at.dynamic, 2, at.table, 64);
  file.write(path, at.path);
  const names = `\0libx.so\0${dir}\0`;
  [1, 1, 29, 9, 5, at.names + 0x1000, 0, 0].forEach((value, index) => {
    file.writeBigUInt64LE(BigInt(value), at.table + 8 * index);
  });
  file.write(names, at.names);
  return file;
}

function library(): Buffer {
  const file = program('/x').subarray(0, 120);
  file.writeUInt16LE(1, 56);
  return file;
}

test('a file that was replaced is read anew', (t) => {
  withDir((dir) => {
    // So that what was made just now counts as settled, and is remembered.
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
    const path = join(dir, 'program');
    writeFileSync(path, program(dir));
    writeFileSync(join(dir, 'libx.so'), library());
    for (let time = 0; time < 2; time += 1) assert.equal(neededFiles(path).files.length, 3);
    writeFileSync(join(dir, 'other'), Buffer.concat([library(), Buffer.alloc(at.end - 120)]));
    renameSync(join(dir, 'other'), path);
    assert.deepEqual(neededFiles(path), { files: [path], isStatic: true });
  });
});

test('a program consists of itself, its loader and its libraries', () => {
  withDir((dir) => {
    const path = join(dir, 'program');
    writeFileSync(path, program(dir));
    writeFileSync(join(dir, 'libx.so'), library());
    const { files, isStatic } = neededFiles(path);
    assert.deepEqual([...files].sort(), [join(dir, 'ld.so'), join(dir, 'libx.so'), path]);
    assert.equal(isStatic, false);
    writeFileSync(path, library());
    assert.deepEqual(neededFiles(path), { files: [path], isStatic: true });
  });
});

test('a library that is nowhere is named', () => {
  withDir((dir) => {
    writeFileSync(join(dir, 'program'), program(dir));
    assert.throws(() => neededFiles(join(dir, 'program')), /libx\.so is not on this machine/);
  });
});

const huge = 0xffff_ffff_ffff_ff00n;
const broken: readonly (readonly [string, (file: Buffer) => unknown])[] = [
  ['no magic', (file) => file.writeUInt8(0, 0)],
  ['32 bits', (file) => file.writeUInt8(1, 4)],
  ['big-endian', (file) => file.writeUInt8(2, 5)],
  ['another machine', (file) => file.writeUInt16LE(183, 18)],
  ['an object file', (file) => file.writeUInt16LE(1, 16)],
  ['segments without size', (file) => file.writeUInt16LE(0, 54)],
  ['segments that are too small', (file) => file.writeUInt16LE(8, 54)],
  ['segments that are too large', (file) => file.writeUInt16LE(0xffff, 54)],
  ['no segments', (file) => file.writeUInt16LE(0, 56)],
  ['more segments than there is room for', (file) => file.writeUInt16LE(0xffff, 56)],
  ['segments behind its end', (file) => file.writeBigUInt64LE(BigInt(at.end), 32)],
  ['segments at no place', (file) => file.writeBigUInt64LE(huge, 32)],
  ['a loader behind its end', (file) => file.writeBigUInt64LE(BigInt(at.end), at.loader + 8)],
  ['a loader at no place', (file) => file.writeBigUInt64LE(huge, at.loader + 8)],
  ['a loader without a path', (file) => file.writeBigUInt64LE(0n, at.loader + 32)],
  ['a loader with an endless path', (file) => file.writeBigUInt64LE(1n << 40n, at.loader + 32)],
  ['a loader whose path has no end', (file) => file.writeBigUInt64LE(4n, at.loader + 32)],
  ['a loader with a relative path', (file) => file.write('x', at.path)],
  ['libraries behind its end', (file) => file.writeBigUInt64LE(BigInt(at.end), at.dynamic + 8)],
  ['endless libraries', (file) => file.writeBigUInt64LE(1n << 40n, at.dynamic + 32)],
  ['a name behind the names', (file) => file.writeBigUInt64LE(1n << 30n, at.table + 8)],
  ['a name at no place', (file) => file.writeBigUInt64LE(huge, at.table + 8)],
  ['an empty name', (file) => file.writeBigUInt64LE(0n, at.table + 8)],
  ['names in no segment', (file) => file.writeBigUInt64LE(0x10_0000n, at.table + 40)],
  ['no names', (file) => file.writeBigUInt64LE(6n, at.table + 32)],
  ['names that are not loaded', (file) => file.writeUInt32LE(4, at.segments)],
];
const isUsage = (error: unknown) => error instanceof EspalierError && error.fault === 'usage';
for (const [what, spoil] of broken) {
  test(`a file with ${what} is refused`, () => {
    withDir((dir) => {
      const file = program(dir);
      spoil(file);
      writeFileSync(join(dir, 'program'), file);
      assert.throws(() => neededFiles(join(dir, 'program')), isUsage);
    });
  });
}

test('a file that ends anywhere is refused', () => {
  withDir((dir) => {
    writeFileSync(join(dir, 'libx.so'), library());
    for (let length = 0; length < at.names + 9; length += 1) {
      writeFileSync(join(dir, 'program'), program(dir).subarray(0, length));
      assert.throws(() => neededFiles(join(dir, 'program')), isUsage, `${length}`);
    }
  });
});

test('a folder and a FIFO are refused', { timeout: 10_000 }, () => {
  withDir((dir) => {
    mkdirSync(join(dir, 'folder'));
    execFileSync('mkfifo', [join(dir, 'fifo')]);
    for (const name of ['folder', 'fifo']) assert.throws(() => neededFiles(join(dir, name)), isUsage);
  });
});
