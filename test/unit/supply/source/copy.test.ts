import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { syncCopy } from '../../../../src/supply/source/copy.ts';

interface Trees extends Disposable {
  readonly tree: string;
  readonly copy: string;
  /** A folder of this machine that no build may reach. */
  readonly machine: string;
  write(path: string, content: string): void;
  drop(path: string): void;
  sync(...paths: string[]): boolean;
}

function makeTrees(): Trees {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-copy-'));
  const [tree, copy, machine] = [join(dir, 'tree'), join(dir, 'copy'), join(dir, 'machine')];
  for (const path of [tree, machine]) mkdirSync(path);
  writeFileSync(join(machine, 'mine'), 'mine', { mode: 0o600 });
  return {
    tree,
    copy,
    machine,
    write: (path, content) => {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
    },
    drop: (path) => rmSync(join(tree, path), { recursive: true }),
    sync: (...paths) => syncCopy({ from: tree, to: copy, manifest: join(dir, 'manifest.json') }, paths),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

test('a copy takes what changed and leaves the rest, with its dates, and what a build made there', () => {
  using at = makeTrees();
  const inode = (path: string) => statSync(join(at.copy, path)).ino;
  at.write('same.c', 'same');
  at.write('other.c', 'one');
  at.write('gone.c', '');
  symlinkSync('same.c', join(at.tree, 'link.c'));
  const paths = ['gone.c', 'link.c', 'other.c', 'same.c'];
  assert.equal(at.sync(...paths), true);
  assert.equal(at.sync(...paths), false);
  writeFileSync(join(at.copy, 'made.o'), '');
  const before = inode('same.c');
  at.drop('gone.c');
  at.write('same.c', 'same');
  at.write('other.c', 'two');
  assert.equal(at.sync(...paths), true);
  assert.equal(inode('same.c'), before);
  assert.equal(readFileSync(join(at.copy, 'other.c'), 'utf8'), 'two');
  assert.equal(readFileSync(join(at.copy, 'link.c'), 'utf8'), 'same');
  assert.deepEqual([existsSync(join(at.copy, 'gone.c')), existsSync(join(at.copy, 'made.o'))], [false, true]);
});

test('a file of another mode is a change', () => {
  using at = makeTrees();
  at.write('run', 'x');
  at.sync('run');
  chmodSync(join(at.tree, 'run'), 0o755);
  assert.equal(at.sync('run'), true);
  assert.equal(statSync(join(at.copy, 'run')).mode & 0o777, 0o755);
});

test('a file that became a folder, and a folder that became a file', () => {
  using at = makeTrees();
  at.write('a', 'file');
  at.write('b/c', 'below');
  at.sync('a', 'b/c');
  writeFileSync(join(at.copy, 'b/made.o'), '');
  at.drop('a');
  at.drop('b');
  at.write('a/x', 'below');
  at.write('b', 'file');
  assert.equal(at.sync('a/x', 'b'), true);
  assert.equal(readFileSync(join(at.copy, 'a/x'), 'utf8'), 'below');
  assert.equal(readFileSync(join(at.copy, 'b'), 'utf8'), 'file');
});

/** What a build left in the copy where the tree has `d/f`, and now changes or loses it. */
const planted: readonly (readonly [string, (at: Trees) => void])[] = [
  [
    'a link in place of the file',
    ({ copy, machine }) => {
      rmSync(join(copy, 'd/mine'));
      symlinkSync(join(machine, 'mine'), join(copy, 'd/mine'));
    },
  ],
  [
    'a link in place of the folder',
    ({ copy, machine }) => {
      rmSync(join(copy, 'd'), { recursive: true });
      symlinkSync(machine, join(copy, 'd'));
    },
  ],
  [
    'a link with what the tree has now',
    ({ copy, machine }) => {
      writeFileSync(join(machine, 'mine'), 'new');
      rmSync(join(copy, 'd/mine'));
      symlinkSync(join(machine, 'mine'), join(copy, 'd/mine'));
    },
  ],
  [
    'a second name of a file',
    ({ copy, machine }) => {
      rmSync(join(copy, 'd/mine'));
      linkSync(join(machine, 'mine'), join(copy, 'd/mine'));
    },
  ],
  [
    'a FIFO',
    ({ copy }) => {
      rmSync(join(copy, 'd/mine'));
      execFileSync('mkfifo', [join(copy, 'd/mine')]);
    },
  ],
  [
    'a FIFO in place of the folder',
    ({ copy }) => {
      rmSync(join(copy, 'd'), { recursive: true });
      execFileSync('mkfifo', [join(copy, 'd')]);
    },
  ],
  [
    'a folder in place of the file',
    ({ copy }) => {
      rmSync(join(copy, 'd/mine'));
      mkdirSync(join(copy, 'd/mine/x'), { recursive: true });
    },
  ],
];
for (const [what, plant] of planted) {
  const stateOf = (at: Trees) => {
    const { mode, mtimeMs, ino } = lstatSync(join(at.machine, 'mine'));
    return { mode, mtimeMs, ino, content: readFileSync(join(at.machine, 'mine'), 'utf8') };
  };
  const prepare = (): Trees => {
    const at = makeTrees();
    at.write('d/mine', 'old');
    at.sync('d/mine');
    plant(at);
    return at;
  };
  test(`${what} that a build left in the copy is replaced, and nothing outside is written`, { timeout: 10_000 }, () => {
    using at = prepare();
    const before = stateOf(at);
    at.write('d/mine', 'new');
    chmodSync(join(at.tree, 'd/mine'), 0o755);
    assert.equal(at.sync('d/mine'), true);
    assert.deepEqual(stateOf(at), before);
    assert.ok(lstatSync(join(at.copy, 'd')).isDirectory() && lstatSync(join(at.copy, 'd/mine')).isFile());
    assert.equal(readFileSync(join(at.copy, 'd/mine'), 'utf8'), 'new');
    assert.equal(readFileSync(join(at.machine, 'mine'), 'utf8'), before.content);
  });

  test(`${what} that a build left in the copy leads to nothing that is deleted`, { timeout: 10_000 }, () => {
    using at = prepare();
    const before = stateOf(at);
    at.drop('d');
    assert.equal(at.sync(), true);
    assert.deepEqual(stateOf(at), before);
    assert.equal(existsSync(join(at.copy, 'd/mine')), what.includes('place of the folder') && !what.includes('FIFO'));
  });
}

test('what is no file, and what lies behind a link, is not of the tree', { timeout: 10_000 }, () => {
  using at = makeTrees();
  execFileSync('mkfifo', [join(at.tree, 'fifo')]);
  symlinkSync(at.machine, join(at.tree, 'link'));
  at.sync('fifo', 'link', 'link/mine', 'none');
  assert.deepEqual(
    ['fifo', 'none'].filter((name) => existsSync(join(at.copy, name))),
    [],
  );
  assert.equal(readlinkSync(join(at.copy, 'link')), at.machine);
});

for (const path of ['../machine/mine', '/etc/passwd', 'a/../../machine/mine']) {
  test(`a tree that lists ${path} is refused`, () => {
    using at = makeTrees();
    assert.throws(
      () => at.sync(path),
      (error) => error instanceof EspalierError && error.fault === 'usage',
    );
  });
}
