import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mountOptions } from '../../../src/supply/doctor.ts';

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
