import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText, type Rewrite } from '../../../../src/judge/text/adapted-text.ts';

const without = (id: string, losesFacts = false): Rewrite => ({
  id,
  rewrite: (text) => text.replaceAll(`${id}\n`, ''),
  losesFacts,
});

test('equal texts are compared without a rewrite', () => {
  const never: Rewrite = { id: 'never', rewrite: () => assert.fail('a rewrite was asked') };
  assert.deepEqual(compareText('a\n', 'a\n', [never]), {
    expected: 'a\n',
    differs: false,
    best: 'a\n',
    telling: 'a\n',
    adapted: [],
    onlyAdapted: false,
  });
});

test('rewrites that changed the text are told in their order, and what they leave is compared', () => {
  assert.deepEqual(compareText('a\n', 'x\na\ny\nz\n', [without('x'), without('w'), without('y')]), {
    expected: 'a\n',
    differs: true,
    best: 'a\nz\n',
    telling: 'a\nz\n',
    adapted: ['x', 'y'],
    onlyAdapted: false,
  });
});

test('a text that only rewrites make equal says so, and keeps for the facts what a rewrite takes away', () => {
  assert.deepEqual(compareText('a\n', 'x\na\ny\n', [without('x', true), without('y')]), {
    expected: 'a\n',
    differs: false,
    best: 'a\n',
    telling: 'x\na\n',
    adapted: ['x', 'y'],
    onlyAdapted: true,
  });
});
