import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../src/base/errors.ts';
import { isNameBelow } from '../../../src/base/text.ts';
import { mostFiles, readTar, writeTar } from '../../../src/store/tar.ts';

const part = fc
  .string({ minLength: 1, maxLength: 120, unit: 'binary' })
  .filter((text) => isNameBelow(text) && !/\//.test(text));
const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const files = fc
  .array(fc.tuple(name, fc.uint8Array({ maxLength: 1200 })), { maxLength: 6 })
  .map((entries) => new Map(entries));

test('what is written is read again', () => {
  fc.assert(
    fc.property(files, (entries) => {
      const read = readTar(writeTar(entries));
      assert.deepEqual([...read.keys()].sort(), [...entries.keys()].sort());
      for (const [key, bytes] of entries) assert.deepEqual(Buffer.from(read.get(key) ?? []), Buffer.from(bytes));
    }),
  );
});

test('the same files in another order give the same bytes', () => {
  fc.assert(
    fc.property(files, (entries) => {
      assert.deepEqual(writeTar(new Map([...entries].reverse())), writeTar(entries));
    }),
  );
});

test("the machine's own tar finds the same files, with long names", () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-tar-'));
  try {
    const lengths = [1, 99, 100, 101, 155, 156, 254, 255];
    const names = lengths.flatMap((length) => [
      'x'.repeat(length),
      `${'d/'.repeat(60)}${'y'.repeat(length)}`,
      `ü/${'z'.repeat(length)}`,
    ]);
    const short = names.filter((one) => one.split('/').every((each) => Buffer.byteLength(each) <= 255));
    const archive = join(dir, 'archive.tar');
    writeFileSync(archive, writeTar(new Map(short.map((one, at) => [one, Buffer.alloc(at * 100, at)]))));
    execFileSync('tar', ['xf', archive, '-C', dir]);
    for (const [at, one] of short.entries()) assert.deepEqual(readFileSync(join(dir, one)), Buffer.alloc(at * 100, at));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

/** An archive with one file, altered: bytes at places of its header, with the checksum made right again. */
function altered(at: number, text: string, name = 'file'): Buffer {
  const bytes = writeTar(new Map([[name, Buffer.from('content')]]));
  bytes.write(text, at, 'latin1');
  const sum = bytes
    .subarray(0, 512)
    .reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

const twice = (): Buffer => {
  const one = writeTar(new Map([['a', Buffer.from('1')]]));
  return Buffer.concat([one.subarray(0, 1024), one]);
};

const hostile: readonly (readonly [title: string, bytes: () => Uint8Array, message: RegExp])[] = [
  ['leads upwards', () => altered(0, '../x\0'), /"\.\.\/x" is no name of a file below it/],
  ['leads upwards from within', () => altered(0, 'a/../../x\0'), /is no name/],
  ['is absolute', () => altered(0, '/etc/passwd\0'), /"\/etc\/passwd" is no name/],
  ['is absolute by its prefix', () => altered(345, '/etc\0'), /"\/etc\/file" is no name/],
  ['has no name', () => altered(0, '\0'), /"" is no name/],
  ['is a hard link', () => altered(156, '1'), /is no plain file \(type "1"\)/],
  ['is a symbolic link', () => altered(156, '2'), /is no plain file \(type "2"\)/],
  ['is a device', () => altered(156, '3'), /is no plain file/],
  ['is a folder', () => altered(156, '5'), /is no plain file/],
  ['is sparse', () => altered(156, 'S'), /is no plain file/],
  ['has a long name of GNU tar', () => altered(156, 'L'), /is no plain file/],
  ['says that it is larger than it is', () => altered(124, '77777777777'), /cut short/],
  ['has a negative size', () => altered(124, '-0000000001'), /a number in it is none/],
  ['has a size in base 256', () => altered(124, '\x80\xff\xff\xff'), /a number in it is none/],
  ['has a wrong checksum', () => Buffer.from(altered(0, 'x')).fill('y', 0, 1), /does not have its checksum/],
  ['is of another kind', () => altered(257, 'ustar  \0'), /of another kind/],
  ['comes twice', twice, /"a" is in it twice/],
  ['has records that say no name', () => altered(156, 'x'), /a long name in it cannot be read/],
];
for (const [title, bytes, message] of hostile) {
  test(`an archive is refused where a file in it ${title}`, () => {
    assert.throws(() => readTar(bytes()), message);
  });
}

test('an archive without its last blocks, or garbage, is refused', () => {
  const whole = writeTar(new Map([['a', Buffer.from('1')]]));
  for (const length of [0, 1, 511, 512, 513, 1023, 1024])
    assert.throws(() => readTar(whole.subarray(0, length)), EspalierError);
  assert.throws(() => readTar(Buffer.alloc(2048, 'garbage')), EspalierError);
});

test('whatever byte of an archive is another, it is refused or holds names that lead nowhere else', () => {
  const whole = writeTar(
    new Map([
      ['a/b', Buffer.from('1')],
      [`${'d/'.repeat(140)}c`, Buffer.from('22')],
    ]),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      try {
        for (const key of readTar(bytes).keys()) assert.ok(isNameBelow(key));
      } catch (error) {
        assert.ok(error instanceof EspalierError);
      }
    }),
    { numRuns: 2000 },
  );
});

test('an archive of more files than any attempt has is refused', () => {
  const entries = (count: number) => new Map(Array.from({ length: count }, (_, at) => [`f${at}`, new Uint8Array()]));
  assert.equal(readTar(writeTar(entries(mostFiles))).size, mostFiles);
  assert.throws(() => readTar(writeTar(entries(mostFiles + 1))), /it holds more than 10000 files/);
});
