import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { Qmp } from '../../../../../src/lab/substrate/qemu/qmp.ts';

interface Asked {
  readonly execute: string;
  readonly id: number;
}

/** What answers as QEMU does; gives the socket's path. */
async function fakeQemu(t: TestContext, answer: (asked: Asked, socket: Socket) => void): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-qmp-'));
  const path = join(dir, 'control');
  const server = createServer((socket) => {
    socket.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => answer(JSON.parse(line) as Asked, socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });
  return path;
}

const say = (socket: Socket, value: unknown): boolean => socket.write(`${JSON.stringify(value)}\r\n`);

test('answers find their commands, whatever comes between', async (t) => {
  const held: Asked[] = [];
  const path = await fakeQemu(t, (asked, socket) => {
    if (asked.execute === 'qmp_capabilities') return void say(socket, { return: {}, id: asked.id });
    held.push(asked);
    if (held.length < 2) return undefined;
    say(socket, { event: 'NIC_RX_FILTER_CHANGED', data: {} });
    for (const { execute, id } of held.toReversed()) say(socket, { return: execute, id });
    return undefined;
  });
  using control = await Qmp.connect(path);
  assert.deepEqual(await Promise.all([control.execute('one'), control.execute('two')]), ['one', 'two']);
});

test("a refusal has QEMU's own words, and so has its end", async (t) => {
  const path = await fakeQemu(t, ({ execute, id }, socket) => {
    if (execute === 'qmp_capabilities') say(socket, { return: {}, id });
    else if (execute === 'quit') socket.destroy();
    else say(socket, { error: { class: 'DeviceNotFound', desc: "Device 'card7' not found" }, id });
  });
  using control = await Qmp.connect(path);
  await assert.rejects(
    control.execute('set_link', { name: 'card7', up: false }),
    /refuses set_link: Device 'card7' not found/,
  );
  await assert.rejects(control.execute('quit'), /refuses quit: it has ended/);
  await assert.rejects(control.execute('again'), /ended before again/);
  await assert.rejects(Qmp.connect(`${path}.none`), /QEMU does not listen/);
});
