import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EspalierError } from '../../../src/base/errors.ts';
import { parseMachines } from '../../../src/session/option-values.ts';

test('processors and memory of machines, one of them or both', () => {
  assert.deepEqual(parseMachines('cpus=2'), { cpus: 2 });
  assert.deepEqual(parseMachines('memory=1024,cpus=4'), { memory: 1024, cpus: 4 });
});

for (const value of ['', 'cpus', 'cpus=0', 'memory=64', 'cpus=2,disk=1', 'cpus=two', 'cpus=2, memory=512']) {
  test(`--machines ${JSON.stringify(value)} is refused by its name`, () => {
    assert.throws(
      () => parseMachines(value),
      (error: EspalierError) => error.fault === 'usage' && error.message.startsWith('--machines'),
    );
  });
}
