import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseRunningClock } from '../../../../src/session/gdb/clock.ts';

test('only a clock that stands while the kernel stands can be debugged', () => {
  assert.doesNotThrow(() => refuseRunningClock('a:b', {}));
  assert.doesNotThrow(() => refuseRunningClock('a:b', { clock: 'infinite' }));
  for (const clock of ['cpu', 'real'] as const) {
    assert.throws(() => refuseRunningClock('a:b', { clock }), { message: new RegExp(`^a:b runs on .*\\(${clock}\\)`) });
  }
});
