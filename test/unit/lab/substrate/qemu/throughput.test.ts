import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../../src/base/deadline.ts';
import { readCapture } from '../../../../../src/evidence/capture/reader.ts';
import { LabClock } from '../../../../../src/lab/substrate/qemu/lab-clock.ts';
import { LengthFrames } from '../../../../../src/lab/substrate/qemu/length-frames.ts';
import { Links } from '../../../../../src/lab/substrate/qemu/links.ts';
import { EvidenceWriter } from '../../../../../src/lab/substrate/qemu/quota.ts';
import { listenAll } from '../../../../../src/lab/substrate/qemu/sockets.ts';

/** Frames that each of two machines sends. */
const count = 10_000;
/** The largest that a card without offloads sends. */
const frameBytes = 1514;

/** A link with two machines that are sockets of this test, connected as QEMU connects its cards. */
async function twoMachines(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-link-'));
  const links = new Links(['wan'], { dir, writer: new EvidenceWriter(), clock: new LabClock(0n) });
  const machines = ['east', 'west'].map((name) => ({
    name,
    speaks: { by: 'agent', plan: new Uint8Array(), socket: `${name}.agent` } as const,
    cpus: 1,
    consoleSocket: `${name}.console`,
    nics: [{ link: 'wan', socket: `${name}.nic0` }],
  }));
  const sockets = listenAll(
    { sockets: dir, machines },
    {
      agent: () => {},
      console: () => {},
      plug: (machine, index, socket) => links.plug(machine, index, socket),
      frame: (port, frame) => links.take(port, frame),
    },
  );
  await sockets.listening;
  const clients = machines.map(({ nics }) => connect(join(dir, nics[0]?.socket ?? '')));
  t.after(() => {
    for (const client of clients) client.destroy();
    sockets[Symbol.dispose]();
    rmSync(dir, { recursive: true });
  });
  return { dir, links, clients: clients as [Socket, Socket] };
}

/** Frame `number` of a machine, behind its length. */
function sent(from: number, number: number): Buffer {
  const bytes = Buffer.alloc(4 + frameBytes);
  bytes.writeUInt32BE(frameBytes, 0);
  // To everybody first, so that the switch learns where both are.
  if (number === 0) bytes.fill(0xff, 4, 10);
  else bytes[9] = 3 - from;
  bytes[15] = from;
  bytes.writeUInt32BE(number, 4 + 14);
  return bytes;
}

/** Numbers of the frames that come to a machine. */
function heard(client: Socket): number[] {
  const numbers: number[] = [];
  const frames = new LengthFrames(4, (head) => head.readUInt32BE(0));
  client.on('data', (bytes: Buffer) => frames.push(bytes, (_head, frame) => numbers.push(frame.readUInt32BE(14))));
  return numbers;
}

test('a link loses no frame and keeps their order, however fast two machines send', async (t) => {
  const { dir, links, clients } = await twoMachines(t);
  const [east, west] = clients;
  const got = [heard(east), heard(west)];
  const came = (number: number): Promise<boolean> =>
    until(() => got.every(({ length }) => length >= number), { what: 'all frames', timeoutMs: 60_000, intervalMs: 2 });
  for (const [index, client] of clients.entries()) client.write(sent(index + 1, 0));
  await came(1);
  const begun = performance.now();
  for (let number = 1; number < count; number += 1) {
    east.write(sent(1, number));
    west.write(sent(2, number));
  }
  await came(count);
  const seconds = (performance.now() - begun) / 1000;
  t.diagnostic(`${Math.round((2 * count) / seconds)} frames a second`);
  const all = Array.from({ length: count }, (_, number) => number);
  assert.deepEqual(got, [all, all]);
  links.flush();
  const { packets } = readCapture(readFileSync(join(dir, 'wan.pcapng')));
  const captured = [1, 2].map((from) => packets.filter(({ frame }) => frame[11] === from));
  for (const one of captured) {
    assert.deepEqual(
      one.map(({ frame }) => Buffer.from(frame).readUInt32BE(14)),
      all,
    );
  }
  assert.deepEqual([...links.captured()], [['wan', 2 * count]]);
});
