import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptPath, component, findRun } from '../../../src/store/layout.ts';

test('ordinary names stand for themselves', () => {
  for (const name of ['basic-pluto-01', 'ikev2-algo-ike-sha2_512', 'a.b', 'x+y']) assert.equal(component(name), name);
});

test('no name leaves its folder, and different names have different folders', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const path = component(a);
      assert.match(path, /^[A-Za-z0-9_+=@%-][A-Za-z0-9._+=@%-]*$/);
      if (a !== b && a.isWellFormed() && b.isWellFormed()) assert.notEqual(path, component(b));
    }),
  );
  assert.equal(attemptPath({ suite: 'x', name: '../..', attempt: 0 }), 'attempts/x/%2e%2e%2f../0');
});

test('names of any length have folders of their own', () => {
  const long = '長'.repeat(84);
  assert.match(component(long), /^[%0-9a-f]{150}~[0-9a-f]{32}$/);
  assert.notEqual(component(long), component(`${long}x`));
  assert.equal(component('x'.repeat(200)), 'x'.repeat(200));
  assert.equal(component('x'.repeat(201)).length, 183);
  assert.equal(component('a~b'), 'a%7eb');
});

test('a run is found by path, id, unique beginning and as the latest', () => {
  const runs = mkdtempSync(join(tmpdir(), 'espalier-layout-'));
  try {
    for (const id of ['2026-01-01_a', '2026-01-02_b', '2026-02-01_c']) {
      mkdirSync(join(runs, id));
      writeFileSync(join(runs, id, 'run.json'), '{}');
    }
    mkdirSync(join(runs, '2027-no-run'));
    assert.equal(findRun('latest', runs), join(runs, '2026-02-01_c'));
    assert.equal(findRun('2026-01-01_a', runs), join(runs, '2026-01-01_a'));
    assert.equal(findRun('2026-02', runs), join(runs, '2026-02-01_c'));
    assert.equal(findRun(join(runs, '2026-01-02_b'), '/nowhere'), join(runs, '2026-01-02_b'));
    assert.throws(() => findRun('2026-01', runs), /2 runs begin with 2026-01/);
    assert.throws(() => findRun('2025', runs), /no run 2025 in .*; the latest is 2026-02-01_c/);
  } finally {
    rmSync(runs, { recursive: true });
  }
});
