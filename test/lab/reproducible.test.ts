import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabRecord } from '../../src/evidence/records/record.ts';
import { recordType } from '../../src/evidence/records/record.ts';
import { outputs, type Ran, runLab, skip, withLab } from './lab.ts';

/** Whatever was ever seen to depend on the outside: load, tasks in the background, the kernel's log, random bytes. */
const course: readonly string[] = [
  'east: (for i in $(seq 20000); do :; done; echo heavy) &',
  'east: echo "<4>a line for the kernel log" >/dev/kmsg',
  'west: sleep 3 &',
  'east: ping -c 3 192.0.2.2',
  'west: od -An -N16 -tx1 /dev/urandom; echo $RANDOM',
  'west: ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 enc "cbc(aes)" 0x00112233445566778899aabbccddeeff',
  'east: sleep 5',
  'west: cat /proc/loadavg /proc/uptime; ps -o pid,lstart,args',
  'east: dmesg | tail -n 3; grep -E "^(processes|btime)" /proc/stat',
];

/** The whole of a lab but for what says that an order was worked off. */
function bytesOf(ran: Ran): unknown {
  const told = ({ type, host, time, payload }: LabRecord): string =>
    `${type} ${host} ${time} ${Buffer.from(payload).toString('latin1')}`;
  const records = ran.file.records.filter(({ type }) => type !== recordType.stepEnd).map(told);
  return { records, captures: ran.captures, kernelLog: ran.kernelLog };
}

/** Gives the same commands one by one, thinking `pauseMs` in front of some of them. */
async function stepped(pauseMs: number): Promise<Ran> {
  return withLab([], { seed: 7n, hold: true }, async (lab) => {
    for (const [step, text] of course.entries()) {
      const [, host = '', line = ''] = /^(\w+): (.*)$/.exec(text) ?? [];
      await lab.send([{ kind: 'command', host, line, step }]);
      if (step < 3 && pauseMs > 0) await sleep(pauseMs);
    }
    await lab.send([{ kind: 'end' }]);
  });
}

/** Keeps every core busy while `body` runs. */
async function underLoad<T>(body: () => Promise<T>): Promise<T> {
  const busy = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  try {
    return await body();
  } finally {
    for (const child of busy) child.kill('SIGKILL');
  }
}

test('one seed gives one lab, byte for byte, on a busy machine as well', { skip }, async () => {
  const once = await runLab(course, { seed: 7n });
  assert.deepEqual(once.result.end, { word: 'completed' });
  assert.ok(once.commands.every(({ status }) => status === 0));
  const twice = await runLab(course, { seed: 7n });
  assert.deepEqual(once.records, twice.records);
  assert.deepEqual(once.captures, twice.captures);
  const busy = await underLoad(() => runLab(course, { seed: 7n }));
  assert.deepEqual(bytesOf(busy), bytesOf(once));
});

test('how long the driver thinks between two orders shows nowhere', { skip }, async () => {
  const batch = await runLab(course, { seed: 7n });
  for (const pauseMs of [0, 700, 3000]) {
    const ran = await stepped(pauseMs);
    assert.deepEqual(ran.result.end, { word: 'completed' });
    assert.deepEqual(outputs(ran), outputs(batch), `pauses of ${pauseMs} ms`);
    assert.deepEqual(bytesOf(ran), bytesOf(batch), `pauses of ${pauseMs} ms`);
  }
});

test('another seed gives other random bytes', { skip }, async () => {
  const line = 'east: od -An -N16 -tx1 /dev/urandom';
  const labs = [await runLab([line], { seed: 1n }), await runLab([line], { seed: 2n })];
  assert.notEqual(outputs(labs[0] as Ran)[0], outputs(labs[1] as Ran)[0]);
});

test('nothing of the machine shows in /proc/cpuinfo', { skip }, async () => {
  const ran = await runLab(['east: cat /proc/cpuinfo']);
  assert.deepEqual(outputs(ran), [
    'processor\t: 0\nvendor_id\t: User Mode Linux\nmodel name\t: UML\nmode\t\t: skas\nfpu\t\t: yes\nbogomips\t: 0.00\n',
  ]);
});
