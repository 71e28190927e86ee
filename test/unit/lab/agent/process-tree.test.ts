import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { until } from '../../../../src/base/deadline.ts';
import { treeActivity } from '../../../../src/lab/agent/process-tree.ts';

const wait = { what: 'its state', timeoutMs: 10_000, intervalMs: 5 };

test('a tree sleeps as long as each of its processes waits for another', async () => {
  const script = 'read line; while :; do :; done & wait';
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const pid = child.pid ?? 0;
  try {
    await until(() => treeActivity(pid) === 'asleep', wait);
    child.kill('SIGSTOP');
    await until(() => treeActivity(pid) === 'held up', wait);
    child.kill('SIGCONT');
    await until(() => treeActivity(pid) === 'asleep', wait);
    child.stdin.end('go\n');
    await until(() => treeActivity(pid) === 'runs', { ...wait, what: 'the loop' });
    // The shell itself only waits: what runs is its child.
    assert.equal(treeActivity(pid), 'runs');
  } finally {
    process.kill(-pid, 'SIGKILL');
    await once(child, 'exit');
  }
  assert.equal(treeActivity(pid), 'runs', 'what is gone does not sleep');
});
