import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EspalierError } from '../../../src/base/errors.ts';
import { SuiteFiles } from '../../../src/suites/suite-files.ts';

/** A suite, and a secret beside it. */
function place(): { dir: string; suite: SuiteFiles } & Disposable {
  const top = mkdtempSync(join(tmpdir(), 'espalier-suite-files-'));
  const dir = join(top, 'suite');
  mkdirSync(join(dir, 'tests/a'), { recursive: true });
  writeFileSync(join(dir, 'tests/a/file'), 'content');
  writeFileSync(join(top, 'secret'), 'secret');
  mkdirSync(join(top, 'suite-of-another'));
  writeFileSync(join(top, 'suite-of-another/secret'), 'secret');
  return { dir, suite: new SuiteFiles(dir), [Symbol.dispose]: () => rmSync(top, { recursive: true, force: true }) };
}

const broken: readonly (readonly [title: string, make: (path: string) => void, says: RegExp])[] = [
  ['a link out of the suite', (path) => symlinkSync('../../../secret', path), /leads out of the suite/],
  ['a link to a file of the machine', (path) => symlinkSync('/etc/passwd', path), /leads out of the suite/],
  [
    'a link to a suite whose name begins the same',
    (path) => symlinkSync('../../../suite-of-another/secret', path),
    /leads out/,
  ],
  ['a link through /proc', (path) => symlinkSync('/proc/self/root/etc/passwd', path), /leads out of the suite/],
  ['a link to nothing', (path) => symlinkSync('nothing', path), /does not exist, or is a link to nothing/],
  ['a link round in a circle', (path) => symlinkSync('thing', path), /leads round in a circle/],
  ['a folder', (path) => mkdirSync(path), /is a folder, not a file/],
  ['a link to a folder', (path) => symlinkSync('.', path), /is a folder, not a file/],
  ['a FIFO', (path) => void spawnSync('mkfifo', [path]), /is a FIFO, not a file/],
  ['a link to a device', (path) => symlinkSync('/dev/zero', path), /leads out of the suite/],
  [
    'a file of a terabyte',
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 40);
    },
    /has 1099511627776 bytes, the limit is/,
  ],
];

for (const [title, make, says] of broken) {
  test(`${title} is not read, and costs what reads it`, { timeout: 10_000 }, () => {
    using at = place();
    const path = join(at.dir, 'tests/a/thing');
    make(path);
    assert.throws(
      () => at.suite.read(path),
      (error: EspalierError) => {
        assert.equal(error.fault, 'scenario');
        assert.equal(error.detail.file, path);
        assert.match(error.message, says);
        return true;
      },
    );
    assert.equal(at.suite.entries(join(at.dir, 'tests/a')).length, 2, 'its folder is listed');
  });
}

test('a socket is not read', async () => {
  using at = place();
  const path = join(at.dir, 'tests/a/socket');
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  assert.throws(() => at.suite.read(path), /is a socket, not a file/);
  assert.deepEqual(
    at.suite.entries(join(at.dir, 'tests/a')).map(({ name, kind, why }) => [name, kind, why]),
    [
      ['file', 'file', undefined],
      ['socket', 'broken', 'is a socket'],
    ],
  );
  server.close();
});

test('links within the suite are followed, through folders too', () => {
  using at = place();
  symlinkSync('tests', join(at.dir, 'other'));
  symlinkSync('../../other/a/file', join(at.dir, 'tests/a/link'));
  assert.equal(at.suite.read(join(at.dir, 'other/a/link')).toString(), 'content');
  assert.equal(at.suite.isFile(join(at.dir, 'tests/a/link')), true);
  assert.equal(at.suite.isFolder(join(at.dir, 'other/a')), true);
});

test('a suite behind a link of the person is read', () => {
  using at = place();
  symlinkSync(at.dir, join(at.dir, '..', 'mine'));
  assert.equal(
    new SuiteFiles(join(at.dir, '..', 'mine')).read(join(at.dir, '..', 'mine/tests/a/file')).toString(),
    'content',
  );
});

test('a name that is no text is broken, and two of them stay two', () => {
  using at = place();
  for (const byte of [0xfe, 0xff])
    writeFileSync(Buffer.concat([Buffer.from(`${at.dir}/tests/`), Buffer.from([byte])]), '');
  const entries = at.suite.entries(join(at.dir, 'tests'));
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['folder', 'broken', 'broken'],
  );
  assert.equal(new Set(entries.map(({ name }) => name)).size, 3);
});

test('a tree without end is refused', () => {
  using at = place();
  mkdirSync(join(at.dir, 'deep', ...Array.from({ length: 40 }, () => 'x')), { recursive: true });
  assert.throws(() => at.suite.filesBelow(join(at.dir, 'deep')), /lies in more than 32 folders/);
  symlinkSync('.', join(at.dir, 'tests/a/round'));
  assert.throws(() => at.suite.filesBelow(join(at.dir, 'tests')), /lies in more than 32 folders/);
});
