import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bytesOnDisk, filesBelow, namesIn, removeTree } from '../../../../src/base/door/folders.ts';
import { below, realRoot } from '../../../../src/base/door/handle.ts';
import { lockPlainIfFree } from '../../../../src/base/door/lock.ts';
import { isFolder, isPlain, openPlain, readPlain, statePlain } from '../../../../src/base/door/read.ts';
import { appendPlain, makeFolder, moveTree, writePlain } from '../../../../src/base/door/write.ts';
import { EspalierError } from '../../../../src/base/errors.ts';

/** `tree/` is the stranger's, `mine/` is beside it, and links lead from one to the other. */
function trees(t: TestContext): { readonly tree: string; readonly mine: string } {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-door-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const [tree, mine] = [join(dir, 'tree'), join(dir, 'mine')];
  for (const folder of [join(tree, 'in'), join(mine, 'deep')]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(tree, 'in', 'file'), 'theirs');
  writeFileSync(join(mine, 'file'), 'precious');
  writeFileSync(join(mine, 'deep', 'file'), 'precious');
  symlinkSync(join(mine, 'file'), join(tree, 'link'));
  symlinkSync(mine, join(tree, 'folder'));
  symlinkSync('../in', join(tree, 'in', 'loop'));
  symlinkSync('nowhere', join(tree, 'dangling'));
  return { tree, mine };
}

function unchanged(mine: string): void {
  assert.deepEqual(readdirSync(mine, { recursive: true }).sort(), ['deep', 'deep/file', 'file']);
  for (const name of ['file', 'deep/file']) assert.equal(readFileSync(join(mine, name), 'utf8'), 'precious');
}

const refused = (work: () => unknown, what: RegExp): void =>
  assert.throws(work, (error) => {
    assert.ok(error instanceof EspalierError, String(error));
    assert.equal(error.fault, 'infrastructure');
    assert.match(error.message, what);
    // What the system refuses says so itself.
    assert.ok(error.detail.remedy !== undefined || error.detail.cause !== undefined, 'nothing to do about it');
    return true;
  });

test('plain files are read, and nothing behind a link, at its end or on the way', (t) => {
  const { tree } = trees(t);
  assert.equal(readPlain(join(tree, 'in/file'))?.toString(), 'theirs');
  for (const name of ['none', 'in/none', 'in/file/none', `in/${'x'.repeat(300)}`])
    assert.equal(readPlain(join(tree, name)), undefined, name);
  refused(() => readPlain(join(tree, 'link')), /^is a symbolic link, not a file$/);
  refused(() => readPlain(join(tree, 'dangling')), /^is a symbolic link, not a file$/);
  refused(() => readPlain(join(tree, 'folder/file')), /^leads through a symbolic link/);
  refused(() => readPlain(join(tree, 'folder/deep/file')), /^leads through a symbolic link/);
  refused(() => readPlain(join(tree, 'in/loop/file')), /^leads through a symbolic link/);
  refused(() => readPlain(join(tree, 'in')), /^is a folder, not a file$/);
  for (const name of ['link', 'dangling', 'folder', 'folder/file', 'in'])
    assert.equal(isPlain(join(tree, name)), false, name);
  for (const name of ['link', 'folder', 'folder/deep', 'in/file'])
    assert.equal(isFolder(join(tree, name)), false, name);
});

test('what is no file is refused at once: FIFOs, sockets, devices', async (t) => {
  const { tree } = trees(t);
  execFileSync('mkfifo', [join(tree, 'fifo')]);
  const server = createServer().listen(join(tree, 'socket'));
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  for (const [path, kind] of [
    [join(tree, 'fifo'), 'a FIFO'],
    [join(tree, 'socket'), 'a socket'],
    ['/dev/zero', 'a device'],
  ] as const) {
    for (const work of [readPlain, openPlain, statePlain])
      refused(() => work(path), new RegExp(`^is ${kind}, not a file$`));
  }
  for (const name of ['fifo', 'socket']) refused(() => appendPlain(join(tree, name), 'x'), /^is .*, not a file$/);
  await assert.rejects(lockPlainIfFree(join(tree, 'fifo')), /is a FIFO, not a file/);
  removeTree(tree);
  assert.equal(existsSync(tree), false);
});

test('a file of more bytes than its kind may have is not read', (t) => {
  const { tree } = trees(t);
  assert.equal(readPlain(join(tree, 'in/file'), 6)?.length, 6);
  refused(() => readPlain(join(tree, 'in/file'), 5), /^has more than/);
});

test('a file is written in place of a link, and never through one', (t) => {
  const { tree, mine } = trees(t);
  writePlain(join(tree, 'link'), 'new');
  assert.ok(lstatSync(join(tree, 'link')).isFile());
  assert.equal(readFileSync(join(tree, 'link'), 'utf8'), 'new');
  for (const path of ['folder/new', 'folder/deep/file', 'folder/a/b']) {
    refused(() => writePlain(join(tree, path), 'x'), /symbolic link/);
    refused(() => appendPlain(join(tree, path), 'x'), /symbolic link/);
  }
  refused(() => makeFolder(join(tree, 'folder/new')), /symbolic link/);
  refused(() => makeFolder(join(tree, 'folder')), /^is a symbolic link, not a folder$/);
  refused(() => moveTree(join(tree, 'in'), join(tree, 'folder/in')), /symbolic link/);
  refused(() => appendPlain(join(tree, 'dangling'), 'x'), /symbolic link/);
  refused(() => writePlain(join(tree, 'in/file/x'), 'x'), /^is a file, not a folder$/);
  refused(() => writePlain(join(tree, 'in'), 'x'), /^cannot be written: EISDIR/);
  assert.deepEqual(readdirSync(tree).sort(), ['dangling', 'folder', 'in', 'link']);
  unchanged(mine);
});

test('what is written in place has no second name', (t) => {
  const { tree, mine } = trees(t);
  linkSync(join(mine, 'file'), join(tree, 'hard'));
  refused(() => appendPlain(join(tree, 'hard'), 'x'), /hard link/);
  writePlain(join(tree, 'hard'), 'new');
  appendPlain(join(tree, 'hard'), 'er');
  assert.equal(readFileSync(join(tree, 'hard'), 'utf8'), 'newer');
  unchanged(mine);
});

test('removing a tree removes its links, and nothing that they lead to', (t) => {
  const { tree, mine } = trees(t);
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/in/`), Buffer.from([0xff, 0xfe])]), 'no text');
  refused(() => removeTree(join(tree, 'folder/deep')), /symbolic link/);
  removeTree(join(tree, 'link'));
  assert.equal(existsSync(join(tree, 'link')), false);
  removeTree(tree);
  assert.equal(existsSync(tree), false);
  removeTree(tree);
  unchanged(mine);
});

test('listing a tree does not enter links, and says what is neither file nor folder', (t) => {
  const { tree } = trees(t);
  assert.deepEqual(filesBelow(tree), {
    files: ['in/file'],
    folders: ['in'],
    foreign: ['dangling', 'folder', 'in/loop', 'link'],
  });
  assert.deepEqual(namesIn(join(tree, 'folder')), []);
  assert.deepEqual(namesIn(join(tree, 'none')), []);
  assert.ok(bytesOnDisk(tree) >= 4096);
  assert.ok(bytesOnDisk(join(tree, 'folder')) <= 4096);
});

test('a tree without end is refused, not followed', (t) => {
  const { tree } = trees(t);
  mkdirSync(join(tree, 'd/'.repeat(80)), { recursive: true });
  for (const work of [filesBelow, removeTree]) refused(() => work(tree), /^lies in more than 64 folders$/);
  // The size of what lies too deep is not asked for: sizes of many trees are added up, and one may not end that.
  assert.ok(bytesOnDisk(tree) >= 4096);
});

test('names of files lead nowhere else', () => {
  assert.equal(below('/r', 'a/b'), '/r/a/b');
  for (const name of ['', '.', '..', 'a/..', 'a//b', '/a', 'a/', 'a\0b', 'x'.repeat(256)])
    refused(() => below('/r', name), /is not the name of a file/);
});

test('a tree that a person names by a link is theirs', (t) => {
  const { tree, mine } = trees(t);
  assert.equal(realRoot(join(tree, 'folder', 'deep')), join(mine, 'deep'));
  assert.equal(realRoot(join(tree, 'folder', 'new', 'er')), join(mine, 'new', 'er'));
  writePlain(join(realRoot(join(tree, 'folder', 'deep')), 'made'), '');
  assert.ok(existsSync(join(mine, 'deep', 'made')));
});

test('a folder that nobody may read is an error without a stack', {
  skip: process.getuid?.() === 0 && 'root may',
}, (t) => {
  const { tree } = trees(t);
  chmodSync(join(tree, 'in'), 0);
  try {
    refused(() => filesBelow(tree), /^cannot be read: EACCES/);
    refused(() => writePlain(join(tree, 'in/new'), ''), /EACCES/);
  } finally {
    // Else the cleaning, which comes after, may not either.
    chmodSync(join(tree, 'in'), 0o755);
  }
});
