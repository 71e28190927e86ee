import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioEntry } from '../../../src/model/scenario.ts';
import { failedFirst } from '../../../src/session/failed-first.ts';

const entry = (name: string): ScenarioEntry => ({ suite: 's', name, status: 'good', hosts: ['east'] });

test('what failed comes first, then the rest, each from the shortest on', () => {
  const durations = new Map([
    ['s:long', 9000],
    ['s:short', 10],
    ['s:failed', 8000],
    ['s:failed-short', 7000],
  ]);
  const failed = new Set(['s:failed', 's:failed-short', 's:not-of-this-run']);
  const ranks = failedFirst(['long', 'failed', 'unknown', 'short', 'failed-short'].map(entry), failed, durations);
  const order = [...ranks].sort(([, a], [, b]) => a - b).map(([key]) => key);
  assert.deepEqual(order, ['s:failed-short', 's:failed', 's:short', 's:unknown', 's:long']);
});
