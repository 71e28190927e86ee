/** The time of machines of QEMU's: how it follows from this machine's, and when it is moved on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { until } from '../../../../../src/base/deadline.ts';
import { succeed } from '../../../../../src/base/processes.ts';
import { Idleness } from '../../../../../src/lab/substrate/qemu/idleness.ts';
import { LabClock } from '../../../../../src/lab/substrate/qemu/lab-clock.ts';
import { Pace } from '../../../../../src/lab/substrate/qemu/pace.ts';
import { type MachineWait, never, TimeFile } from '../../../../../src/lab/substrate/qemu/time-file.ts';
import { ensureMachineClock } from '../../../../../src/supply/kernel/guest.ts';

const ms = 1_000_000n;

function folderOf(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-time-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** So much real time has passed. */
async function realMs(count: number): Promise<void> {
  const begun = performance.now();
  await until(() => performance.now() - begun > count, { what: 'time', timeoutMs: 60_000, intervalMs: 1 });
}

test("the lab's time goes slower, stands, and is moved on to what is due first", async () => {
  const clock = new LabClock(0n);
  clock.slow(1000);
  const slow = clock.passed();
  await realMs(20);
  const passed = clock.passed() - slow;
  assert.ok(passed >= 20_000n && passed < 10n * ms, `${passed} ns`);
  clock.slow(0);
  const still = clock.now();
  await realMs(2);
  assert.deepEqual([clock.now(), clock.stands], [still, true]);
  const done: string[] = [];
  clock.after(30n * ms, () => done.push('30'));
  clock.after(10n * ms, () => done.push('10'));
  clock.after(10n * ms, () => done.push('stopped')).stop();
  assert.equal(clock.moveOn([]), true);
  assert.deepEqual([clock.now() - still, done], [10n * ms, ['10']]);
  assert.equal(clock.moveOn([]), true);
  assert.deepEqual([clock.now() - still, done], [30n * ms, ['10', '30']]);
  assert.equal(clock.moveOn([]), false);
  clock.slow(1);
  const before = clock.now();
  await realMs(2);
  assert.ok(clock.now() - before >= 2n * ms);
});

/** Machines that say what a test has them say. */
function waiters(states: MachineWait[], clock = new LabClock(0n)) {
  const all = { taken: 0, woken: 0, asleep: true };
  const idleness = new Idleness({
    clock,
    file: { waits: () => states },
    processors: states.map(() => 1),
    taken: () => all.taken,
    wake: () => {
      all.woken += 1;
    },
    sleeps: () => all.asleep,
  });
  return { all, clock, idleness, states };
}

const waiting: MachineWait = { until: never, halted: 1, waits: 7, process: 1 };

test('a machine that computes without end holds nobody up while it is overlooked, and what it waits for does not count', async () => {
  const spinning: MachineWait = { until: 1n, halted: 0, waits: 3, process: 2 };
  const { clock, idleness, states } = waiters([waiting, spinning]);
  clock.after(5n * ms, () => {});
  assert.equal(await idleness.look(), false);
  let isOverlooked = true;
  const overlooking = new Idleness({
    ...{ clock, file: { waits: () => states }, processors: [1, 1], taken: () => 0, wake: () => {} },
    sleeps: (process) => process === 1,
    overlooked: (index) => isOverlooked && index === 1,
  });
  const before = clock.passed();
  assert.equal(await overlooking.look(), true);
  assert.ok(clock.passed() - before >= 4n * ms);
  isOverlooked = false;
  clock.after(5n * ms, () => {});
  assert.equal(await overlooking.look(), false);
});

test('time is moved on to the first moment that a machine waits for, where all of them wait', async () => {
  const clock = new LabClock(0n);
  clock.slow(1_000_000);
  // Machines have this machine's clock, which was the lab's at its start.
  const now = process.hrtime.bigint();
  const { idleness, all } = waiters([waiting, { ...waiting, until: now + 5_000n * ms }], clock);
  assert.equal(await idleness.look(), true);
  assert.equal(all.woken, 1);
  const passed = clock.passed();
  assert.ok(passed > 4_900n * ms && passed < 5_100n * ms, `${passed} ns`);
});

const busy: readonly (readonly [
  string,
  Partial<MachineWait>,
  { readonly asleep?: boolean; readonly comes?: boolean },
])[] = [
  ['its first thread does not wait', { until: 0n }, {}],
  ['a processor computes', { halted: 0 }, {}],
  ['a thread was woken and has not run yet', {}, { asleep: false }],
  ['bytes came meanwhile', {}, { comes: true }],
];
for (const [what, state, { asleep = true, comes = false }] of busy) {
  test(`time is not moved on where of one machine ${what}`, async () => {
    const late = process.hrtime.bigint() + 5_000n * ms;
    const { idleness, all, clock } = waiters([
      { ...waiting, until: late },
      { ...waiting, ...state },
    ]);
    all.asleep = asleep;
    const look = idleness.look();
    if (comes) all.taken += 1;
    assert.equal(await look, false);
    assert.deepEqual([all.woken, clock.passed() < 1_000n * ms], [0, true]);
  });
}

test('time is not moved on where a machine waited anew meanwhile, nor for nobody', async () => {
  const states = [{ ...waiting, until: process.hrtime.bigint() + 5_000n * ms }];
  const { idleness } = waiters(states);
  const look = idleness.look();
  states[0] = { ...waiting, waits: 8 };
  assert.equal(await look, false);
  assert.equal(await idleness.look(), false);
});

test('the pace is slow only once machines have booted, and time stands while they have nothing to do', async () => {
  const { idleness, clock } = waiters([{ ...waiting, until: process.hrtime.bigint() + 3_600_000n * ms }]);
  let works = false;
  await using pace = new Pace(clock, { idleness, kind: 'infinite', works: () => works });
  const begun = clock.passed();
  await realMs(5);
  assert.ok(clock.passed() - begun >= 5n * ms);
  pace.goOn();
  pace.stand();
  const still = clock.passed();
  works = true;
  await realMs(5);
  assert.equal(clock.passed(), still);
  pace.goOn();
  await until(() => clock.passed() > 3_000_000n * ms, { what: 'an hour of the lab', timeoutMs: 60_000, intervalMs: 1 });
});

test("with the clock `real` the lab's time is this machine's, whoever waits", async () => {
  const { idleness, clock } = waiters([{ ...waiting, until: process.hrtime.bigint() + 3_600_000n * ms }]);
  await using pace = new Pace(clock, { idleness, kind: 'real', works: () => true });
  pace.goOn();
  pace.stand();
  const begun = clock.passed();
  await realMs(10);
  const passed = clock.passed() - begun;
  assert.ok(passed >= 10n * ms && passed < 5_000n * ms, `${passed} ns`);
});

/** Waits on its first thread as QEMU does, and prints by how much its clock went on. */
const program = `
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
int main(int argc, char **argv) {
	struct timespec t = { argc > 1 ? atoi(argv[1]) : 0, 1000 };
	double begun = now();
	int ready = ppoll(NULL, 0, &t, NULL);
	printf("%d %.3f\\n", ready, now() - begun);
}`;

test('a program with the library waits in the time of the lab, which is moved on', async (t) => {
  const dir = folderOf(t);
  writeFileSync(join(dir, 'wait.c'), program);
  assert.equal(spawnSync('gcc', ['-o', 'wait', 'wait.c'], { cwd: dir }).status, 0);
  using file = new TimeFile(join(dir, 'time'));
  const clock = new LabClock(0n, file);
  clock.slow(1000);
  const connected = Promise.withResolvers<() => void>();
  const server = createServer((socket) => {
    connected.resolve(() => void socket.write('.'));
    socket.on('error', () => {});
  }).listen(join(dir, 'time.socket'));
  t.after(() => server.close());
  const { path } = await ensureMachineClock();
  const env = { ...process.env, LD_PRELOAD: path, ESPALIER_MACHINE: '3' };
  const ended = succeed(join(dir, 'wait'), ['3600'], { cwd: dir, env, timeoutMs: 120_000 });
  /** Until when it waits, where it does so not for the first time. */
  const waitOf = (times: number): Promise<bigint> =>
    until(
      () => {
        const { until: moment, waits } = file.waits(4)[3] ?? { until: 0n, waits: 0 };
        return waits >= times && moment !== 0n ? moment : undefined;
      },
      { what: 'it to wait', timeoutMs: 60_000, intervalMs: 1 },
    );
  // Its wait may be seen before its connection is.
  const first = await waitOf(1);
  const wake = await connected.promise;
  assert.ok(first > process.hrtime.bigint() + 3_000_000n * ms);
  assert.equal(file.waits(4)[0]?.until, 0n);
  // Somebody else's moment comes first: it goes on waiting.
  clock.after(60_000n * ms, () => {});
  clock.moveOn([first]);
  wake();
  assert.ok(clock.passed() < 100_000n * ms);
  clock.moveOn([await waitOf(2)]);
  wake();
  const [ready, seconds] = (await ended).stdout.toString().split(' ').map(Number);
  assert.equal(ready, 0);
  assert.ok(seconds !== undefined && seconds >= 3600 && seconds < 3601, `${seconds}`);
});
