import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelDebugger } from '../../../../src/session/gdb/kernel-debugger.ts';

const wishes = { breaks: [], files: [], commands: ['bt'], batch: true };

test('a test without a lab is no success of its debugger', () => {
  assert.deepEqual(new KernelDebugger(0, wishes).failures, ['the test has no lab: gdb was not started']);
});

test('a step that never came is told with its number', () => {
  const debug = new KernelDebugger(40, wishes);
  debug.missed();
  assert.deepEqual(debug.failures, ['the lab ended before step 40: gdb was not started']);
});
