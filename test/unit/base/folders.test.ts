import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lockPlainIfFree } from '../../../src/base/door/lock.ts';
import { projectDir, withLock } from '../../../src/base/folders.ts';

function folder(): { dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

test('two holders of one lock never overlap', async () => {
  using place = folder();
  const lock = join(place.dir, 'lock');
  let inside = 0;
  const body = async () => {
    inside += 1;
    assert.equal(inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([withLock(lock, body), withLock(lock, body), withLock(lock, body)]);
});

test('a lock is free again when its body throws', async () => {
  using place = folder();
  const lock = join(place.dir, 'lock');
  await assert.rejects(
    withLock(lock, async () => {
      throw new TypeError('x');
    }),
    TypeError,
  );
  assert.equal(await withLock(lock, async () => 7), 7);
});

test('a lock is free again when its holder was killed with SIGKILL', async () => {
  using place = folder();
  const lock = join(place.dir, 'lock');
  const script = `import { withLock } from '${projectDir}/src/base/folders.ts';
    await withLock(process.argv[1], () => { console.log('in'); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script, lock], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => other.stdout.once('data', resolve));
  other.kill('SIGKILL');
  assert.equal(await withLock(lock, async () => 'free'), 'free');
});

test('a lock that is held is not free, and is at once when its holder lets go', async () => {
  using place = folder();
  const path = join(place.dir, 'lock');
  for (let round = 0; round < 5; round += 1) {
    using held = await lockPlainIfFree(path);
    assert.ok(held);
    assert.equal(await lockPlainIfFree(path), undefined);
  }
  assert.equal(await withLock(path, async () => lockPlainIfFree(path)), undefined);
});

test('a lock that cannot be is an error that names it', async () => {
  await assert.rejects(lockPlainIfFree(`/proc/${process.pid}/lock`), /cannot be written: E/);
});
