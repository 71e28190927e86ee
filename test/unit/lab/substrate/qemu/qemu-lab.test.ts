/** A lab of machines whose thread ends it: without machines, and with a thread that says what the test lets it say. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { ToThread } from '../../../../../src/lab/substrate/qemu/messages.ts';
import { QemuLab } from '../../../../../src/lab/substrate/qemu/qemu-lab.ts';
import { planOf } from '../../../../conformance/backends.ts';

class Thread extends EventEmitter {
  readonly heard: ToThread['kind'][] = [];
  readonly terminated = Promise.withResolvers<number>();

  postMessage(message: ToThread): void {
    this.heard.push(message.kind);
  }

  terminate(): Promise<number> {
    return this.terminated.promise;
  }
}

function start(): { readonly lab: QemuLab; readonly thread: Thread } {
  const thread = new Thread();
  const lab = new QemuLab(thread as unknown as Worker, {
    folder: '/nowhere',
    shapes: [],
    plan: planOf({ image: '' }, []),
  });
  return { lab, thread };
}

const order = { kind: 'advance', ns: 1n } as const;
const refused = { kind: 'over', refused: 'its machines came up 57 times slower than usual' } as const;

test('orders that a lab does not live to see are over when the lab is, whose end says why', async () => {
  const { lab, thread } = start();
  const events: string[] = [];
  const sent = lab.send([order]).then(() => events.push('orders'));
  thread.emit('message', refused);
  const ended = lab.ended.then((end) => events.push(end.detail ?? ''));
  thread.terminated.resolve(0);
  await Promise.all([sent, ended]);
  assert.deepEqual(events, [refused.refused, 'orders']);
  assert.deepEqual(thread.heard, ['orders']);
});

test('so are orders that come when it is about to be over', async () => {
  const { lab, thread } = start();
  thread.emit('message', refused);
  await lab.started;
  let over = false;
  const sent = lab.send([order]).then(() => assert.ok(over));
  thread.terminated.resolve(0);
  await lab.ended;
  over = true;
  await sent;
});

test('orders that are worked off are over while the lab goes on', async () => {
  const { lab, thread } = start();
  const sent = lab.send([order]);
  thread.emit('message', { kind: 'done' });
  await sent;
  thread.emit('message', { kind: 'over' });
  thread.terminated.resolve(0);
  assert.deepEqual(await lab.ended, { status: 'none' });
});
