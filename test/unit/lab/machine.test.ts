import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labsAtOnce, labsWithin } from '../../../src/lab/machine.ts';
import { labMemory } from '../../../src/supply/kernel/lab-memory.ts';

test('a lab is admitted where there is room for all that it may fill', () => {
  assert.equal(labsWithin(3 * labMemory), 3);
  assert.equal(labsWithin(3 * labMemory - 1), 2);
  assert.equal(labsWithin(0), 1);
});

test('no more labs run at once than are wanted', () => {
  assert.equal(labsAtOnce(1), 1);
  assert.ok(labsAtOnce() >= 1);
});
