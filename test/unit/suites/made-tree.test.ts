import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
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
import { layOver, refuseLinksOut, replace } from '../../../src/suites/made-tree.ts';

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

for (const target of ['/etc', '..', '../machine', 'a/../../machine']) {
  test(`a tree with a link to ${target} is refused before more is unpacked into it`, () => {
    using at = place();
    symlinkSync(target, join(at.tree, 'x509'));
    assert.throws(() => refuseLinksOut(at.tree), /is a link to .*, out of what was made/);
  });
}

test('links within a tree are fine', () => {
  using at = place();
  mkdirSync(join(at.tree, 'a/b'), { recursive: true });
  symlinkSync('../..', join(at.tree, 'a/b/top'));
  symlinkSync('a/b', join(at.tree, 'short'));
  refuseLinksOut(at.tree);
});
