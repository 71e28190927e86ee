import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Artifact, ArtifactStore } from '../../../src/base/artifacts.ts';
import type { EspalierError } from '../../../src/base/errors.ts';
import { sha256 } from '../../../src/base/files.ts';

const store = new ArtifactStore<{ about: string }>({
  name: 'kernel',
  file: 'linux',
  facts: { parse: (value) => value as { about: string } },
});

/** A cache with one artifact, and a place for archives beside it. */
async function place(): Promise<{ dir: string; present: Artifact<unknown> } & Disposable> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-import-'));
  process.env.ESPALIER_CACHE = join(dir, 'cache');
  const present = await store.ensure('present-1', async (file) => {
    writeFileSync(file, 'the one that is there', { mode: 0o755 });
    return { about: 'x' };
  });
  writeFileSync(join(dir, 'secret'), 'a secret');
  return { dir, present, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

const described = (id: string, content: string) =>
  JSON.stringify({
    version: 1,
    id,
    file: 'linux',
    sha256: sha256(content),
    made: '2026-01-01T00:00:00.000Z',
    facts: {},
  });

/** Writes members below `in/`, and packs what `args` says. */
function pack(dir: string, members: Readonly<Record<string, string>>, ...args: readonly string[]): string {
  for (const [name, content] of Object.entries(members)) {
    mkdirSync(join(dir, 'in', name, '..'), { recursive: true });
    writeFileSync(join(dir, 'in', name), content);
  }
  const archive = join(dir, 'archive.tar');
  const packed = spawnSync('tar', ['-cPf', archive, '-C', join(dir, 'in'), ...args], { encoding: 'utf8' });
  assert.equal(packed.status, 0, packed.stderr);
  return archive;
}

/** What makes an archive, and what is said against it. */
type Hostile = readonly [title: string, archive: (dir: string) => string, says: RegExp];

const simple = (id: string) => ({ [`${id}/artifact.json`]: described(id, 'bytes'), [`${id}/linux`]: 'bytes' });

const hostile: readonly Hostile[] = [
  [
    'whose folder is `.`',
    (dir) => pack(dir, { 'artifact.json': described('.', 'bytes'), linux: 'bytes' }, './artifact.json', './linux'),
    /it holds "\.\/artifact\.json"/,
  ],
  [
    'whose folder is `..`',
    (dir) => {
      mkdirSync(join(dir, 'in/below'), { recursive: true });
      return pack(
        dir,
        { 'artifact.json': described('..', 'bytes'), linux: 'bytes' },
        '-C',
        'below',
        '../artifact.json',
        '../linux',
      );
    },
    /it holds "\.\.\/artifact\.json"/,
  ],
  [
    'with a link for its file',
    (dir) => {
      mkdirSync(join(dir, 'in/a'), { recursive: true });
      symlinkSync(join(dir, 'secret'), join(dir, 'in/a/linux'));
      return pack(dir, { 'a/artifact.json': described('a', 'a secret') }, 'a/artifact.json', 'a/linux');
    },
    /"a\/linux" in it is not a regular file/,
  ],
  [
    'with a FIFO',
    (dir) => {
      mkdirSync(join(dir, 'in/a'), { recursive: true });
      spawnSync('mkfifo', [join(dir, 'in/a/linux')]);
      return pack(dir, { 'a/artifact.json': described('a', '') }, 'a/artifact.json', 'a/linux');
    },
    /"a\/linux" in it is not a regular file/,
  ],
  [
    'that is a FIFO itself',
    (dir) => {
      spawnSync('mkfifo', [join(dir, 'fifo')]);
      return join(dir, 'fifo');
    },
    /it is not a regular file/,
  ],
  ['that is a folder', (dir) => dir, /it is not a regular file/],
  [
    'with a third member',
    (dir) => pack(dir, { ...simple('a'), 'a/more': '' }, 'a/artifact.json', 'a/linux', 'a/more'),
    /it holds "a\/more"/,
  ],
  [
    'with a member twice',
    (dir) => pack(dir, simple('a'), '--hard-dereference', 'a/linux', 'a/artifact.json', 'a/linux'),
    /it holds "a\/linux"/,
  ],
  ['whose file is missing', (dir) => pack(dir, simple('a'), 'a/artifact.json'), /it holds artifact\.json/],
  [
    'of two artifacts',
    (dir) => pack(dir, { ...simple('a'), ...simple('b') }, 'a/artifact.json', 'b/linux'),
    /it holds "b\/linux"/,
  ],
  [
    'described as another',
    (dir) => pack(dir, { ...simple('a'), 'a/artifact.json': described('b', 'bytes') }, 'a/artifact.json', 'a/linux'),
    /it is described as "b"/,
  ],
  [
    'whose bytes are others',
    (dir) => pack(dir, { ...simple('a'), 'a/linux': 'others' }, 'a/artifact.json', 'a/linux'),
    /its linux is damaged/,
  ],
  [
    'described by nothing',
    (dir) => pack(dir, { ...simple('a'), 'a/artifact.json': 'null' }, 'a/artifact.json', 'a/linux'),
    /is not the description of a kernel/,
  ],
  [
    'described by 2 MiB',
    (dir) => pack(dir, { ...simple('a'), 'a/artifact.json': ' '.repeat(2 << 20) }, 'a/artifact.json', 'a/linux'),
    /its description has 2097152 bytes/,
  ],
  [
    'that ends early',
    (dir) => truncated(pack(dir, { ...simple('a'), 'a/linux': 'x'.repeat(5000) }, 'a/artifact.json', 'a/linux'), 3072),
    /it is cut short/,
  ],
  [
    'that ends between two files',
    (dir) => truncated(pack(dir, simple('a'), 'a/artifact.json', 'a/linux'), 1024),
    /it is cut short/,
  ],
  [
    'that has both files and no end',
    (dir) => truncated(pack(dir, simple('a'), 'a/artifact.json', 'a/linux'), 2048),
    /it is cut short/,
  ],
  [
    'that is text',
    (dir) => {
      writeFileSync(join(dir, 'text'), 'no archive\n'.repeat(100));
      return join(dir, 'text');
    },
    /it is not a tar archive/,
  ],
  [
    'that is compressed',
    (dir) => pack(dir, simple('a'), '--gzip', 'a/artifact.json', 'a/linux'),
    /it is (?:not a tar archive|cut short)/,
  ],
  [
    'that replaces the one that is there',
    (dir) => pack(dir, simple('present-1'), 'present-1/artifact.json', 'present-1/linux'),
    /the cache holds another kernel with the id present-1/,
  ],
];

function truncated(path: string, bytes: number): string {
  writeFileSync(path, readFileSync(path).subarray(0, bytes));
  return path;
}

for (const [title, archive, says] of hostile) {
  test(`an archive ${title} is refused and changes nothing`, { timeout: 20_000 }, async () => {
    using at = await place();
    const file = archive(at.dir);
    await assert.rejects(store.importFrom(file), (error: EspalierError) => {
      assert.equal(error.fault, 'usage');
      assert.match(error.message, says);
      return true;
    });
    assert.equal(readFileSync(at.present.path, 'utf8'), 'the one that is there');
    assert.deepEqual(
      readdirSync(join(at.dir, 'cache/kernel')).filter((name) => !name.endsWith('.lock')),
      ['present-1'],
    );
    assert.equal(readFileSync(join(at.dir, 'secret'), 'utf8'), 'a secret');
  });
}

test('what is exported can be imported, whatever the name of the file', async () => {
  using at = await place();
  const file = join(at.dir, 'a:b.tar');
  await store.exportTo(at.present as Artifact<{ about: string }>, file);
  rmSync(join(at.dir, 'cache'), { recursive: true });
  const imported = await store.importFrom(file);
  assert.equal(imported.id, 'present-1');
  assert.equal(readFileSync(imported.path, 'utf8'), 'the one that is there');
  assert.equal(statSync(imported.path).mode & 0o777, 0o755, 'a kernel stays a program');
  assert.equal(existsSync(join(at.dir, 'cache/kernel/present-1/artifact.json')), true);
  assert.equal((await store.importFrom(file)).sha256, at.present.sha256, 'a second time');
});

test('what is damaged in the cache is replaced by the imported one', async () => {
  using at = await place();
  const file = join(at.dir, 'whole.tar');
  await store.exportTo(at.present as Artifact<{ about: string }>, file);
  writeFileSync(at.present.path, 'damaged');
  assert.equal(readFileSync((await store.importFrom(file)).path, 'utf8'), 'the one that is there');
});

test('an archive in the format of GNU tar is imported', async () => {
  using at = await place();
  const imported = await store.importFrom(
    pack(at.dir, simple('b-2.0+x~y'), '--format=gnu', 'b-2.0+x~y/artifact.json', 'b-2.0+x~y/linux'),
  );
  assert.equal(imported.id, 'b-2.0+x~y');
});

test('an id that leads elsewhere is no artifact', async () => {
  using _at = await place();
  for (const id of ['..', '.', '../kernel/present-1', 'present-1/.', '/']) assert.equal(store.find(id), undefined, id);
});

test('what goes wrong on this machine is not told as a fault of the archive', async () => {
  using _at = await place();
  // Memory of this very process: a regular file whose first page cannot be read.
  await assert.rejects(store.importFrom('/proc/self/mem'), (error: EspalierError) => {
    assert.equal(error.fault, 'infrastructure');
    assert.match(error.message, /^cannot be imported: EIO/);
    assert.equal(error.detail.file, '/proc/self/mem');
    return true;
  });
});

test('a description beside a file of another name is no artifact: it is made again', async () => {
  using cache = await place();
  const other = new ArtifactStore<{ about: string }>({
    name: 'kernel',
    file: 'linux.new',
    facts: { parse: (value) => value as { about: string } },
  });
  const { present } = cache;
  assert.equal(other.find(present.id), undefined);
  const made = await other.ensure(present.id, async (file) => {
    writeFileSync(file, 'of the newer version');
    return { about: 'y' };
  });
  assert.equal(readFileSync(made.path, 'utf8'), 'of the newer version');
  assert.equal(store.find(present.id), undefined);
});
