import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Conductor } from '../../../../../src/lab/substrate/qemu/conductor.ts';
import type { FromThread, LabScore } from '../../../../../src/lab/substrate/qemu/messages.ts';

const never = 2n ** 64n - 1n;

/** Says in the file of the lab's time that its one machine waits, as guest/machine-clock.c does: until, processors that halted, waits, process. */
function waitForEver(file: string, process: number): void {
  const slot = Buffer.alloc(20);
  slot.writeBigUInt64LE(never, 0);
  slot.writeUInt32LE(1, 8);
  slot.writeUInt32LE(1, 12);
  slot.writeUInt32LE(process, 16);
  const opened = openSync(file, 'r+');
  writeSync(opened, slot, 0, slot.length, 64);
  closeSync(opened);
}

test('a machine that came up, and then waits for what never comes, ends its lab at once', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-conductor-'));
  const sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
  t.after(() => {
    sleeper.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });
  mkdirSync(join(dir, 'lab'));
  const machine = {
    name: 'east',
    speaks: { by: 'agent', plan: new Uint8Array(4), socket: 'east.agent' },
    cpus: 1,
    consoleSocket: 'east.console',
  } as const;
  const score: LabScore = {
    ...{
      dir,
      sockets: join(dir, 'lab'),
      machines: [{ ...machine, nics: [] }],
      links: [],
      start: 0n,
      clock: 'infinite',
    },
    ...{ gap: 0n, deadline: 60_000_000_000n, steps: [], faults: [], hold: false },
  };
  const heard: FromThread[] = [];
  const conductor = new Conductor(score, (message) => {
    heard.push(message);
    if (message.kind !== 'listening') return;
    const agent = createConnection(join(dir, 'lab', 'east.agent'));
    // Its first word: it is there. Then it has its plan, and all is silent.
    agent.write(Buffer.from([5, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    agent.on('error', () => {});
    agent.once('data', () => waitForEver(join(dir, 'lab', 'time'), sleeper.pid ?? 0));
  });
  await conductor.run();
  const over = heard.find(({ kind }) => kind === 'over');
  assert.ok(over?.kind === 'over');
  assert.match(over.refused ?? '', /a machine that came up did not build its host, and none of them computes/);
  assert.deepEqual(
    heard.map(({ kind }) => kind),
    ['listening', 'over'],
  );
});
