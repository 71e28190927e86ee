import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installScript, tools } from '../../../../src/supply/debian/machine-tools.ts';
import { freeSubordinateIds, hasSubordinateIds } from '../../../../src/supply/debian/subordinate-ids.ts';

test('one script installs all that is missing, each package once', () => {
  const missing = tools.filter(({ name }) => ['gcc', 'make', 'sqfstar'].includes(name));
  const twice = [...missing, ...missing];
  assert.equal(
    installScript(twice, false),
    'apt-get update && apt-get install -y --no-install-recommends gcc make squashfs-tools',
  );
});

test('what packs images for kernels without EROFS is asked for when it is needed, and not before', () => {
  const packers = tools.filter(({ needs }) => needs.includes('squashfs'));
  assert.deepEqual(
    packers.map(({ name, optional }) => [name, optional]),
    [['sqfstar', true]],
  );
});

test('nothing missing needs no script', () => {
  assert.equal(installScript([], false), undefined);
});

test('subordinate ids are found by name and by number, and must be enough', () => {
  const user = { name: 'ada', uid: 1000 };
  assert.equal(hasSubordinateIds(user, 'bob:100000:65536\nada:165536:65536\n'), true);
  assert.equal(hasSubordinateIds(user, '1000:100000:65536\n'), true);
  assert.equal(hasSubordinateIds(user, 'ada:100000:1000\n'), false);
  assert.equal(hasSubordinateIds(user, ''), false);
});

test('subordinate ids that a user is given belong to nobody else', () => {
  assert.equal(freeSubordinateIds(''), '100000-165535');
  assert.equal(freeSubordinateIds('ada:100000:65536\nbob:300000:65536\n\n'), '365536-431071');
});
