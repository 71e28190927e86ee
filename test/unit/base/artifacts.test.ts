import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { ArtifactStore } from '../../../src/base/artifacts.ts';
import type { EspalierError } from '../../../src/base/errors.ts';
import { withLock } from '../../../src/base/folders.ts';

const dir = mkdtempSync(join(tmpdir(), 'espalier-artifacts-'));
process.env.ESPALIER_CACHE = dir;
after(() => rmSync(dir, { recursive: true, force: true }));

const store = new ArtifactStore({ name: 'thing', file: 'thing.bin', facts: { parse: (value) => value as string } });

/** Makes it unless it is there; gives its content and whether it was made. */
async function ensured(id: string): Promise<[content: string, made: boolean]> {
  let made = false;
  const { path } = await store.ensure(id, async (out) => {
    made = true;
    writeFileSync(out, 'content');
    return 'facts';
  });
  return [readFileSync(path, 'utf8'), made];
}

const damages: Readonly<Record<string, (path: string) => void>> = {
  'its file is gone': (path) => rmSync(path),
  'its description is gone': (path) => rmSync(join(dirname(path), 'artifact.json')),
  'its description is torn': (path) => writeFileSync(join(dirname(path), 'artifact.json'), '{"version":'),
  'its description is of something else': (path) => writeFileSync(join(dirname(path), 'artifact.json'), '[1]'),
  'a file has its name': (path) => {
    rmSync(dirname(path), { recursive: true });
    writeFileSync(dirname(path), '');
  },
};

for (const [index, [what, damage]] of Object.entries(damages).entries()) {
  test(`an artifact is made anew where ${what}`, async () => {
    const id = `id-${index}`;
    assert.deepEqual(await ensured(id), ['content', true]);
    assert.deepEqual(await ensured(id), ['content', false]);
    damage(join(dir, 'thing', id, 'thing.bin'));
    assert.deepEqual(await ensured(id), ['content', true]);
    assert.ok(store.list().some((one) => one.id === id));
  });
}

test("the image of a recipe of one's own is found again", async () => {
  // src/supply/image/known-recipes.ts names such recipes with a hash behind `@`.
  const id = 'mine@0123abcd-0123456789ab';
  assert.deepEqual(await ensured(id), ['content', true]);
  assert.deepEqual(await ensured(id), ['content', false]);
});

test('an image with packages beside those of its recipe is found again', async () => {
  const id = 'debian-trixie-libreswan,gdb-0123456789ab';
  assert.deepEqual(await ensured(id), ['content', true]);
  assert.deepEqual(await ensured(id), ['content', false]);
});

test('an artifact without its file is not offered', async () => {
  await ensured('lost');
  rmSync(join(dir, 'thing', 'lost', 'thing.bin'));
  assert.equal(store.find('lost'), undefined);
  assert.throws(() => store.choose('lost'), { message: 'the cache holds no thing lost' });
  assert.ok(!store.list().some((one) => one.id === 'lost'));
});

test('what has the name of a lock is named, with what to do', async () => {
  const lock = join(dir, 'a.lock');
  mkdirSync(lock);
  await assert.rejects(
    withLock(lock, async () => {}),
    (error: EspalierError) => {
      assert.equal(error.detail.file, lock);
      assert.match(error.message, /^cannot be locked: /);
      assert.match(error.detail.remedy ?? '', /remove what has this name/);
      return true;
    },
  );
  assert.ok(existsSync(lock));
});
