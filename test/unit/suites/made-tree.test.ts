import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replace } from '../../../src/base/real-folders.ts';
import { layOver, unpackOver } from '../../../src/suites/made-tree.ts';

/** A tree of a suite, the root of a host, and a folder of this machine that neither may reach. */
function place(): { tree: string; root: string; machine: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-made-'));
  const [tree, root, machine] = [join(dir, 'tree'), join(dir, 'root'), join(dir, 'machine')];
  for (const path of [tree, root, machine]) mkdirSync(path);
  writeFileSync(join(machine, 'passwd'), 'mine');
  return { tree, root, machine, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

test('a link that stands where files go is replaced, and what it leads to stays', () => {
  using at = place();
  mkdirSync(join(at.tree, 'default'));
  symlinkSync(at.machine, join(at.tree, 'default/etc'));
  mkdirSync(join(at.tree, 'moon/etc'), { recursive: true });
  writeFileSync(join(at.tree, 'moon/etc/passwd'), 'theirs', { mode: 0o600 });
  layOver(at.tree, ['default'], at.root);
  assert.equal(readlinkSync(join(at.root, 'etc')), at.machine);
  layOver(at.tree, ['moon'], at.root);
  replace(at.root, ['etc', 'resolv.conf'], (path) => writeFileSync(path, '', { flag: 'wx' }));
  assert.equal(readFileSync(join(at.machine, 'passwd'), 'utf8'), 'mine');
  assert.equal(readFileSync(join(at.root, 'etc/passwd'), 'utf8'), 'theirs');
  assert.equal(lstatSync(join(at.root, 'etc/passwd')).mode & 0o777, 0o600);
  assert.equal(lstatSync(join(at.root, 'etc')).isSymbolicLink(), false);
});

test('later files take the place of earlier ones, links too', () => {
  using at = place();
  for (const [folder, content] of [
    ['a', 'old'],
    ['b', 'new'],
  ] as const) {
    mkdirSync(join(at.tree, folder));
    writeFileSync(join(at.tree, folder, 'file'), content);
  }
  symlinkSync('../a/file', join(at.tree, 'a/link'));
  writeFileSync(join(at.tree, 'b/link'), 'a file now');
  layOver(at.tree, ['a'], at.root);
  assert.equal(readlinkSync(join(at.root, 'link')), '../a/file');
  layOver(at.tree, ['b'], at.root);
  layOver(at.tree, ['no such folder'], at.root);
  assert.equal(readFileSync(join(at.root, 'file'), 'utf8'), 'new');
  assert.equal(readFileSync(join(at.root, 'link'), 'utf8'), 'a file now');
});

test('a tree that is a link is not read', () => {
  using at = place();
  symlinkSync(at.machine, join(at.tree, 'moon'));
  assert.throws(() => layOver(at.tree, ['moon'], at.root), /is a symbolic link, not a folder/);
});

test('a special file is refused, and does not block', { timeout: 10_000 }, () => {
  using at = place();
  mkdirSync(join(at.tree, 'moon'));
  spawnSync('mkfifo', [join(at.tree, 'moon/pipe')]);
  assert.throws(() => layOver(at.tree, ['moon'], at.root), /is a FIFO, which no host can be given/);
});

/** Packs some of the tree as what a lab made, and empties it. */
function packed({ tree }: { readonly tree: string }, name = '.'): string {
  const archive = `${tree}.tar`;
  execFileSync('tar', ['-cf', archive, '-C', tree, name]);
  rmSync(tree, { recursive: true });
  mkdirSync(tree);
  return archive;
}

for (const [what, links, names] of [
  ['out of the tree', { x509: '../machine' }, ['x509']],
  ['to an absolute path', { x509: 'MACHINE' }, ['x509']],
  // Each of them leads out only where it is followed from where the other leads.
  ['over another link', { 'a/b/top': '../..', 'a/b/x': 'top/../machine' }, ['a', 'b', 'x']],
] as const) {
  test(`nothing is unpacked through an earlier archive’s link ${what}`, async () => {
    using at = place();
    mkdirSync(join(at.tree, 'a/b'), { recursive: true });
    for (const [name, target] of Object.entries(links)) {
      symlinkSync(target === 'MACHINE' ? at.machine : target, join(at.tree, name));
    }
    await unpackOver(packed(at), at.root);
    mkdirSync(join(at.tree, ...names), { recursive: true });
    writeFileSync(join(at.tree, ...names, 'passwd'), 'theirs');
    // Without the folders that it is in, in whose place tar would put folders.
    await unpackOver(packed(at, join(...names, 'passwd')), at.root);
    assert.equal(readFileSync(join(at.machine, 'passwd'), 'utf8'), 'mine');
    assert.equal(readFileSync(join(at.root, ...names, 'passwd'), 'utf8'), 'theirs');
    assert.equal(lstatSync(join(at.root, ...names)).isDirectory(), true);
  });
}

test('what is unpacked keeps its links and its dates', async () => {
  using at = place();
  mkdirSync(join(at.tree, 'a'));
  writeFileSync(join(at.tree, 'a/file'), 'made');
  symlinkSync('file', join(at.tree, 'a/link'));
  const names = ['a/file', 'a/link', 'a'];
  for (const name of names) lutimesSync(join(at.tree, name), 1_400_000_000, 1_400_000_000);
  await unpackOver(packed(at), at.root);
  assert.equal(readlinkSync(join(at.root, 'a/link')), 'file');
  for (const name of names) assert.equal(lstatSync(join(at.root, name)).mtimeMs, 1_400_000_000_000, name);
});
