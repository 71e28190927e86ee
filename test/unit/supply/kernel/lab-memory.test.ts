import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { examine } from '../../../../src/supply/doctor.ts';
import { memoryFolder, memoryPlaces, mountOptions } from '../../../../src/supply/kernel/lab-memory.ts';

test('the options of a folder are those of the nearest mount point above it', () => {
  const mounts = [
    '/dev/a / ext4 rw 0 0',
    'tmpfs /run tmpfs rw,noexec 0 0',
    'tmpfs /run/user/1000 tmpfs rw,nosuid 0 0',
    'tmpfs /running tmpfs ro 0 0',
  ].join('\n');
  const options = (path: string) => mountOptions(path, mounts);
  assert.deepEqual(options('/home/x'), ['rw']);
  assert.deepEqual(options('/run/lock'), ['rw', 'noexec']);
  assert.deepEqual(options('/run/user/1000'), ['rw', 'nosuid']);
  assert.deepEqual(options('/running/x'), ['ro']);
});

test('of two file systems at one mount point the one mounted last counts', () => {
  assert.deepEqual(mountOptions('/tmp/x', 'a /tmp tmpfs rw 0 0\nb /tmp tmpfs rw,noexec 0 0'), ['rw', 'noexec']);
});

/** Names the first candidate for the length of a test. */
function withTmp(t: TestContext, folder: string): void {
  const before = process.env.ESPALIER_TMP;
  process.env.ESPALIER_TMP = folder;
  t.after(() => {
    if (before === undefined) delete process.env.ESPALIER_TMP;
    else process.env.ESPALIER_TMP = before;
  });
}

test('the first folder with room holds the memory, a missing one is passed over', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
  t.after(() => rmSync(dir, { recursive: true }));
  withTmp(t, dir);
  assert.equal(memoryFolder(1, '/nowhere'), dir);
  withTmp(t, join(dir, 'missing'));
  const { chosen, refused } = memoryPlaces(1, dir);
  assert.notEqual(chosen, undefined);
  assert.equal(refused[0]?.about, `${join(dir, 'missing')}: does not exist`);
});

test('where no folder has room the error says what each has', (t) => {
  withTmp(t, '/nowhere');
  assert.throws(
    () => memoryFolder(2 ** 40, '/proc'),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'infrastructure' &&
      /\/nowhere: does not exist\n.*\/proc: 0 MiB free/s.test(error.detail.output ?? ''),
  );
});

test('the doctor names the folder that a lab would take', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-memory-'));
  t.after(() => rmSync(dir, { recursive: true }));
  withTmp(t, dir);
  const { report } = await examine({ runs: '/nowhere' });
  assert.match(report, new RegExp(`^ok +memory of labs +${dir}: \\d+ MiB free$`, 'm'));
});
