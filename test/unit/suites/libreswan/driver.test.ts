import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DriverSigns, driverOf } from '../../../../src/suites/libreswan/driver.ts';
import { mergedLines } from '../../../../src/suites/libreswan/ordering.ts';

const machines = ['east', 'west', 'rise', 'e'];
const none: DriverSigns = { machines, upgrades: [], folders: [], runner: '', sanitizer: '' };
const later = driverOf({ ...none, upgrades: ['linux', 'openbsd'] });

test('which files a tree has decides what its guests are called', () => {
  const names = (signs: Partial<DriverSigns>) => driverOf({ ...none, ...signs }).guests.map(({ name }) => name);
  assert.deepEqual(names({ folders: ['openbsd'] }), ['east', 'openbsde', 'openbsdrise', 'openbsdw', 'west']);
  assert.deepEqual(names({ machines: ['east', 'rise'], upgrades: ['openbsd'] }), [
    'east',
    'rise',
    'openbsdeast',
    'openbsdrise',
  ]);
});

test('the tree’s own programs say how consoles are written and end', () => {
  assert.deepEqual([driverOf(none).console, driverOf(none).blankEnd], ['marks', true]);
  const signs = { runner: 'txt.write(f": {post.LHS} post-mortem")', sanitizer: 'eval $x\nexit $status\n' };
  const driver = driverOf({ ...none, ...signs });
  assert.deepEqual([driver.console, driver.blankEnd], ['typed-marks', false]);
  assert.equal(driverOf({ ...none, sanitizer: 'eval $x\necho\n' }).blankEnd, true);
});

test('a merged script names its guests in its file name, and its lines name hosts', () => {
  const merged = later.merged(['all.openbsdwest-linuxeast.sh', 'final.sh']);
  assert.ok(merged);
  const lines = mergedLines('#\n# set up\neast# one\nwest# two\nfinal# three\n', merged);
  assert.deepEqual(
    lines.map(({ guest, text }) => [guest?.name, text]),
    [
      [undefined, '# '],
      [undefined, '# set up'],
      ['east', 'one'],
      ['openbsdwest', 'two'],
      ['east', 'three'],
      ['openbsdwest', 'three'],
    ],
  );
  assert.throws(
    () => mergedLines('rise# x\n', merged),
    /types at rise, which the name of all.openbsdwest-linuxeast.sh leaves out/,
  );
  assert.throws(() => later.merged(['all.east.sh', 'all.west.sh']), /holds two merged scripts/);
  assert.equal(later.merged(['all.console.txt', 'all.sh']), undefined);
});
