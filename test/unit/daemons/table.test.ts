import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { projectDir } from '../../../src/base/folders.ts';
import * as table from '../../../src/daemons/all.ts';
import { daemons, findDaemon, plainImage, slices } from '../../../src/daemons/table.ts';
import { parseRecipe } from '../../../src/supply/image/recipe.ts';

/** The Debian release that an image is of. */
function releaseOf(image: string): string {
  const file = join(projectDir, 'images', `${image}.yaml`);
  return parseRecipe(readFileSync(file, 'utf8'), file).suite;
}

test('a daemon is called alike everywhere: its folder, its constructor, itself', () => {
  const entries = readdirSync(join(projectDir, 'src/daemons'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  assert.deepEqual(folders.sort(), Object.keys(table));
  assert.deepEqual(
    slices.map(({ name }) => name),
    Object.keys(table),
  );
});

test('ids are unique, and say daemon and version', () => {
  const ids = daemons.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  for (const { id, slice, version } of daemons) assert.equal(id, `${slice.name}-${version}`);
});

test('the default version is the newest of the Debian release that plain hosts boot from', () => {
  for (const { name, versions, default: usual } of slices) {
    const newest = versions.find(({ image }) => releaseOf(image) === releaseOf(plainImage));
    assert.equal(usual, newest?.version, name);
  }
});

test('a constructor declares its daemon with the default version or another one, and the settings of any host', () => {
  assert.deepEqual(table.strongswan({ sysctls: { 'net.ipv4.ip_forward': 0 } }), {
    version: '6.0.1',
    sysctls: { 'net.ipv4.ip_forward': 0 },
    kind: 'daemon',
    implementation: 'strongswan',
  });
  assert.equal(table.libreswan({ version: '4.10' }).version, '4.10');
  assert.deepEqual(table.strongswan.versions, ['6.1.0', '6.0.1', '5.9.8']);
  // @ts-expect-error: the types know which versions have an image
  table.libreswan({ version: '6.0.1' });
});

test('a version without an image is refused, with those that have one', () => {
  assert.throws(
    () => findDaemon('openiked', '1.0'),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'scenario' &&
      error.message === 'there is no image with openiked 1.0; there are 7.4, 7.2',
  );
});
