import assert from 'node:assert/strict';
import {
  chmodSync,
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
import { recall, remember } from '../../../src/base/remembered.ts';

const content = Buffer.from('a text\n');

function inFolder(then: (dir: string, path: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-remembered-'));
  try {
    then(dir, join(dir, 'ab', 'entry'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('what is kept is there again, the empty text too', () => {
  inFolder((dir, path) => {
    assert.equal(recall(path), undefined);
    for (const bytes of [content, Buffer.alloc(0)]) {
      remember(path, bytes);
      assert.deepEqual(recall(path), bytes);
    }
    writeFileSync(join(dir, 'ab', 'empty'), '');
    assert.equal(recall(join(dir, 'ab', 'empty')), undefined, 'an empty file is damage');
  });
});

const damages: Readonly<Record<string, (path: string, dir: string) => void>> = {
  'a byte that changed': (path) => {
    const bytes = readFileSync(path);
    bytes[70] = 0x78;
    writeFileSync(path, bytes);
  },
  'a file that was cut short': (path) => truncateSync(path, 69),
  'a folder in its place': (path) => {
    rmSync(path);
    mkdirSync(join(path, 'below'), { recursive: true });
  },
  'a file in the place of its folder': (_, dir) => {
    rmSync(join(dir, 'ab'), { recursive: true });
    writeFileSync(join(dir, 'ab'), 'x');
  },
  'a link to nowhere in the place of its folder': (_, dir) => {
    rmSync(join(dir, 'ab'), { recursive: true });
    symlinkSync(join(dir, 'nowhere'), join(dir, 'ab'));
  },
};

for (const [what, damage] of Object.entries(damages)) {
  test(`${what} is forgotten, and mended by the next that is kept`, () => {
    inFolder((dir, path) => {
      remember(path, content);
      damage(path, dir);
      assert.equal(recall(path), undefined);
      remember(path, content);
      assert.deepEqual(recall(path), content);
    });
  });
}

test('a cache that cannot be written costs nothing but time', () => {
  inFolder((dir, path) => {
    chmodSync(dir, 0o500);
    // Root may write whatever the modes are.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      remember(path, content);
      assert.equal(recall(path), undefined);
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(dir, 0o700);
    }
  });
});
