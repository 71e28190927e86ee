import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { built, skip } from './driver.ts';

const farewell = 7;
const patience = { long: '60000', short: '50' };

function message(number: number, content = ''): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(number, 0);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
}

const taken = message(0xffff_ffff);

interface Leaving {
  /** Exit status of the agent. */
  readonly status: number;
  readonly said: Buffer;
}

/** Lets an agent leave, and hands it parts of an answer, one at each of its reads, once it has said farewell. `closed`: its line ends behind them. */
async function leave(ms: string, parts: readonly Uint8Array[], { closed = false } = {}): Promise<Leaving> {
  const program = built('farewell', ['agent/channel.c', 'agent/qemu/farewell.c', 'test/farewell.c']);
  const env = { ASAN_OPTIONS: 'detect_leaks=0:exitcode=99', UBSAN_OPTIONS: 'exitcode=99' };
  const agent = spawn(program, [ms], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  agent.stdin.on('error', () => {}); // it leaves before it has read all
  agent.stdout.on('data', (bytes: Buffer) => {
    chunks.push(bytes);
    if (Buffer.concat(chunks).readUInt16LE(Buffer.concat(chunks).length - 8) !== farewell) return;
    for (const part of parts) agent.stdin.write(part);
    if (closed) agent.stdin.end();
  });
  const [status] = (await once(agent, 'close')) as [number];
  return { status, said: Buffer.concat(chunks) };
}

test('a machine leaves when its driver has taken all', { skip }, async () => {
  const { status, said } = await leave(patience.long, [taken]);
  assert.equal(status, 0);
  const end = Buffer.from([farewell, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(said, Buffer.concat([Buffer.from([1, 0, 0, 0, 13, 0, 0, 0]), Buffer.from('the last word'), end]));
});

test('orders that come before the answer do not count as one, however the answer is cut', { skip }, async () => {
  const late = [message(7, 'end\n'), message(8, 'x'.repeat(3000)), message(9)];
  const whole = Buffer.concat([...late, taken]);
  for (const size of [1, 5, 4096]) {
    const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, n) =>
      whole.subarray(n * size, (n + 1) * size),
    );
    assert.equal((await leave(patience.long, parts)).status, 0, `parts of ${size}`);
  }
});

test('a driver that does not answer is waited for no longer than its patience', { skip }, async () => {
  assert.equal((await leave(patience.short, [])).status, 3);
  assert.equal((await leave(patience.short, [message(7, 'end\n'), taken.subarray(0, 7)])).status, 3);
});

test('a line that ends is no answer', { skip }, async () => {
  assert.equal((await leave(patience.long, [message(7, 'end\n').subarray(0, 10)], { closed: true })).status, 3);
});
