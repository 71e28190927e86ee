import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { filesBelow } from '../../../src/base/door/folders.ts';
import { EspalierError } from '../../../src/base/errors.ts';
import { writeAtomic } from '../../../src/base/files.ts';
import { packAttempt, preparePacking, unpackAttempt } from '../../../src/store/attempt-archive.ts';
import { attemptFileNames, capturedLinks, hasAttemptFile, readAttemptFile } from '../../../src/store/attempt-files.ts';
import { archiveName, largestContent } from '../../../src/store/open-archive.ts';
import { writeTar } from '../../../src/store/tar.ts';

type Files = Readonly<Record<string, string>>;

const usual: Files = {
  'attempt.json': '{}',
  'verdict.json': '{}',
  'scenario.json': '{"version":2}',
  records: 'frames',
  'kernel.log': '',
  'links/a.pcapng': 'one',
  'links/b.pcapng': 'two',
  'files/var/log/daemon.log': 'log '.repeat(1000),
  'derived/east.console.txt': 'text',
  'derived/east.console.diff': '',
};

function attempt(t: TestContext, files: Files = usual): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-archive-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  write(dir, files);
  return dir;
}

function write(dir: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) writeAtomic(join(dir, name), text);
}

/** All that readers see of an attempt. */
function seen(dir: string): Files {
  const names = [...attemptFileNames(dir)].filter((name) => name !== archiveName);
  return Object.fromEntries(names.map((name) => [name, readAttemptFile(dir, name)?.toString() ?? 'missing']));
}

const sorted = (files: Files): Files => Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));

test('a packed attempt is two JSON files and an archive, and reads as before', async (t) => {
  const dir = attempt(t);
  await packAttempt(dir);
  assert.deepEqual(filesBelow(dir).files.sort(), [archiveName, 'attempt.json', 'verdict.json']);
  assert.deepEqual(filesBelow(dir).folders, []);
  assert.deepEqual(seen(dir), sorted(usual));
  assert.deepEqual([...attemptFileNames(dir, 'links')], ['a.pcapng', 'b.pcapng']);
  assert.deepEqual(capturedLinks(dir), ['a', 'b']);
  assert.equal(readAttemptFile(dir, 'links/b.pcapng')?.toString(), 'two');
  assert.ok(hasAttemptFile(dir, 'kernel.log') && !hasAttemptFile(dir, 'checks.json'));
  assert.equal(readAttemptFile(dir, 'checks.json'), undefined);
  await unpackAttempt(dir);
  assert.ok(!existsSync(join(dir, archiveName)));
  assert.deepEqual(seen(dir), sorted(usual));
});

test('the archive of equal files is equal to the byte, and everybody can open it', async (t) => {
  const [one, two] = [attempt(t), attempt(t, Object.fromEntries(Object.entries(usual).reverse()))];
  for (const dir of [one, two]) await packAttempt(dir);
  const [first, second] = [one, two].map((dir) => readFileSync(join(dir, archiveName)));
  assert.deepEqual(first, second);
  const tar = join(one, 'x.tar');
  writeFileSync(tar, zstdDecompressSync(first ?? ''));
  const listed = execFileSync('tar', ['tf', tar]).toString().trim().split('\n');
  assert.deepEqual(
    listed,
    Object.keys(usual)
      .filter((name) => !/^(?:attempt|verdict)\.json$/.test(name))
      .sort(),
  );
});

const kept = Object.keys(usual).filter((name) => !/^(?:attempt|verdict)\.json$/.test(name));

test('killed while files are removed, or made again, an attempt reads the same and the next time ends it', async (t) => {
  const reference = attempt(t);
  await packAttempt(reference);
  const archive = readFileSync(join(reference, archiveName));
  await fc.assert(
    fc.asyncProperty(fc.subarray(kept), fc.boolean(), async (removed, leftover) => {
      const dir = attempt(t);
      writeFileSync(join(dir, archiveName), archive);
      for (const name of removed) rmSync(join(dir, name));
      if (leftover) writeFileSync(join(dir, `${archiveName}.1-00000000.tmp`), 'half');
      const { [`${archiveName}.1-00000000.tmp`]: _, ...read } = seen(dir);
      assert.deepEqual(read, sorted(usual));
      await packAttempt(dir);
      assert.deepEqual(readFileSync(join(dir, archiveName)), archive);
      assert.ok(kept.every((name) => !existsSync(join(dir, name))));
      await unpackAttempt(dir);
      assert.ok(kept.every((name) => existsSync(join(dir, name))));
    }),
    { numRuns: 60 },
  );
});

test('what the same judgement gives again leaves the archive alone', async (t) => {
  const dir = attempt(t);
  await packAttempt(dir);
  write(dir, { 'derived/east.console.txt': 'text', 'derived/east.console.diff': '' });
  assert.equal((await preparePacking(dir)).archive, undefined);
});

test('what `espalier pcap` wrote stays where it is', async (t) => {
  const dir = attempt(t, { ...usual, 'derived/links.pcapng': 'p', 'derived/links.wireshark/esp_sa': '' });
  await packAttempt(dir);
  assert.ok(existsSync(join(dir, 'derived/links.pcapng')) && existsSync(join(dir, 'derived/links.wireshark/esp_sa')));
});

test('files that an earlier version compressed are read, and packed as what they are', async (t) => {
  const dir = attempt(t);
  writeFileSync(join(dir, 'files/big.log.zst'), zstdCompressSync('big'));
  assert.equal(readAttemptFile(dir, 'files/big.log')?.toString(), 'big');
  assert.ok(attemptFileNames(dir, 'files').has('big.log'));
  await packAttempt(dir);
  assert.equal(readAttemptFile(dir, 'files/big.log')?.toString(), 'big');
  assert.deepEqual([...attemptFileNames(dir, 'files')], ['big.log', 'var/log/daemon.log']);
});

test('an attempt with more than plain files stays as it is', async (t) => {
  const dir = attempt(t);
  symlinkSync('/etc/passwd', join(dir, 'files/link'));
  await assert.rejects(packAttempt(dir), /is not a plain file, so the attempt stays as it is/);
  assert.deepEqual(filesBelow(dir).files.sort(), Object.keys(usual).sort());
});

test('nothing is unpacked through a symbolic link', async (t) => {
  const dir = attempt(t);
  await packAttempt(dir);
  const elsewhere = attempt(t, {});
  symlinkSync(elsewhere, join(dir, 'files'));
  await assert.rejects(unpackAttempt(dir), /is a symbolic link, not a folder/);
  assert.deepEqual(filesBelow(elsewhere).files, []);
  assert.ok(existsSync(join(dir, archiveName)));
});

const zstd = (name: string): Buffer => zstdCompressSync(writeTar(new Map([[name, Buffer.from('x')]])));
const damages: readonly (readonly [title: string, bytes: () => Uint8Array])[] = [
  ['empty', () => Buffer.alloc(0)],
  ['no Zstandard', () => Buffer.from('garbage garbage')],
  ['cut short', () => zstd('a').subarray(0, -5)],
  ['no tar', () => zstdCompressSync(Buffer.alloc(5000, 'x'))],
  ['a bomb', () => zstdCompressSync(Buffer.alloc(largestContent + 1))],
  ['one that leads elsewhere', () => zstd('../../x')],
];
for (const [title, bytes] of damages) {
  test(`an archive that is ${title} is an error that names it`, async (t) => {
    const dir = attempt(t);
    await packAttempt(dir);
    writeFileSync(join(dir, archiveName), bytes());
    const named = (error: unknown): boolean =>
      error instanceof EspalierError &&
      error.fault === 'infrastructure' &&
      error.detail.file === join(dir, archiveName);
    assert.throws(() => readAttemptFile(dir, 'records'), named);
    assert.throws(() => attemptFileNames(dir), named);
    await assert.rejects(unpackAttempt(dir), named);
    assert.equal(readAttemptFile(dir, 'verdict.json')?.toString(), '{}');
  });
}
