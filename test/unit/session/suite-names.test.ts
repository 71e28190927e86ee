import assert from 'node:assert/strict';
import { basename, resolve } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameSuites } from '../../../src/session/suite-names.ts';

const known = { known: ['examples', 'time', 'libreswan'] };

test('a known suite keeps its name, a path is called by its last part', () => {
  assert.deepEqual(nameSuites(['time', '/srv/tests/vpn:psk*', '/srv/tests/vpn'], known), {
    names: ['time', 'vpn'],
    paths: { vpn: '/srv/tests/vpn' },
    selectors: ['time', 'vpn:psk*', 'vpn'],
  });
});

test('a scenario file is called without its ending, the folder here by its name', () => {
  const { paths, selectors } = nameSuites(['/srv/vpn/road.scenario.ts:psk', '.'], known);
  assert.deepEqual(selectors, ['road:psk', basename(process.cwd())]);
  assert.deepEqual(paths, { road: '/srv/vpn/road.scenario.ts', [basename(process.cwd())]: process.cwd() });
});

test('one folder has one name, however it is written', () => {
  assert.deepEqual(nameSuites(['vpn', './vpn/', resolve('vpn')], known).names, ['vpn']);
});

test('a name that another suite has grows by the folder above', () => {
  const { names } = nameSuites(['/srv/time', '/a/x/vpn', '/b/x/vpn', '/c/y/vpn'], known);
  assert.deepEqual(names, ['srv/time', 'a/x/vpn', 'b/x/vpn', 'y/vpn']);
});

test('the names of an earlier run hold, and lead to its paths', () => {
  const earlier = { vpn: '/a/vpn', 'x/vpn': '/b/x/vpn' };
  const { names, paths, selectors } = nameSuites(['x/vpn:psk', '/a/vpn', '/c/vpn'], { ...known, earlier });
  assert.deepEqual(names, ['x/vpn', 'vpn', 'c/vpn']);
  assert.deepEqual(paths, { 'x/vpn': '/b/x/vpn', vpn: '/a/vpn', 'c/vpn': '/c/vpn' });
  assert.deepEqual(selectors, ['x/vpn:psk', 'vpn', 'c/vpn']);
});

test('different paths never share a name, and every name leads to its path', () => {
  const part = fc.constantFrom('a', 'b', 'time', 'vpn', 'x.scenario.ts');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), (words) => {
      const { names, paths } = nameSuites(words, known);
      assert.equal(names.length, new Set(words).size);
      for (const name of names) assert.ok(!known.known.includes(name));
      assert.deepEqual(new Set(Object.values(paths)), new Set(words));
    }),
  );
});
