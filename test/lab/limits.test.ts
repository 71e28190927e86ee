import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../src/lab/substrate/watchdog.ts';
import { outputs, type Ran, runLab, secondsOf, skip } from './lab.ts';

const quick = { ...defaultLimits, spinCpuMs: 2000 };

/** Takes all memory. A program that grows would fight over the last pages with its own text. */
const hog = 'mount -o remount,size=200% /tmp; dd if=/dev/zero of=/tmp/file bs=1M 2>/dev/null';

/** What every lab that was cut short must have kept. */
function assertBefore(ran: Ran): void {
  assert.equal(ran.commands[0]?.output, 'before\n');
  assert.equal(ran.commands[0]?.status, 0);
  assert.equal(ran.commands.at(-1)?.status, undefined);
  assert.equal(ran.result.end.step, ran.commands.length - 1);
}

test('a command beyond its virtual deadline is a timeout that keeps what was printed', { skip }, async () => {
  const ran = await runLab(['east: echo before', 'east: echo begun; sleep 500; echo never', 'west: echo never']);
  assert.equal(ran.result.end.word, 'timeout');
  assert.equal(ran.result.end.host, 'east');
  assertBefore(ran);
  assert.deepEqual(outputs(ran), ['before\n', 'begun\n']);
  assert.ok(ran.file.complete, 'the lab ended in order');
  assert.equal(ran.result.records.virtualNs / 1_000_000_000n, 180n, 'warm-up and one deadline');
});

test('output without end is a flood, of which the cap is kept', { skip }, async () => {
  const ran = await runLab(['east: echo before', 'east: yes', 'west: echo never']);
  assert.equal(ran.result.end.word, 'flood');
  assertBefore(ran);
  const kept = outputs(ran)[1]?.length ?? 0;
  assert.ok(kept >= 8 << 20 && kept < 9 << 20, `${kept} bytes`);
});

test('a kernel panic is named and keeps the transcript before it', { skip }, async () => {
  const panic = `echo 2 >/proc/sys/vm/panic_on_oom; ${hog}`;
  const ran = await runLab(['east: echo before', `east: ${panic}`, 'west: echo never']);
  assert.equal(ran.result.end.word, 'panic');
  assert.match(ran.result.end.detail ?? '', /^Kernel panic - not syncing: /);
  assertBefore(ran);
});

test('a lab that ran out of memory says so', { skip }, async () => {
  const ran = await runLab(['east: echo before', `east: ${hog}`, 'west: echo after']);
  assert.equal(ran.result.end.word, 'out-of-memory');
  assert.match(ran.result.end.detail ?? '', /^Out of memory: Killed process \d+ \(dd\)/);
  assert.equal(ran.commands[0]?.output, 'before\n');
  assert.deepEqual(ran.commands.at(-1)?.output, 'after\n', 'the others went on');
});

test('a job that spins in the background is a livelock', { skip }, async () => {
  const ran = await runLab(['east: echo before', 'east: while :; do :; done &', 'east: echo never'], { limits: quick });
  assert.equal(ran.result.end.word, 'livelock');
  assert.match(ran.result.end.detail ?? '', /^\d+\.\d s of CPU without/);
  assert.equal(ran.commands[0]?.output, 'before\n');
});

test('an hour of sleep costs next to nothing', { skip }, async (t) => {
  const hour = 3600n * 1_000_000_000n;
  const timing = { start: 1_800_000_000n * 1_000_000_000n, warmup: hour / 60n, gap: 0n, deadline: 2n * hour };
  const ran = await runLab(['east: sleep 3600', 'west: date -u +%s'], { change: { timing } });
  assert.equal(secondsOf(ran.commands[0] ?? { host: '', line: '', output: '' }), 3600);
  assert.ok(ran.result.wallMs < 10_000, `${ran.result.wallMs} ms`);
  t.diagnostic(`boot ${Math.round(ran.result.bootMs)} ms, all ${Math.round(ran.result.wallMs)} ms of wall time`);
});

test('a long command shows its progress before it ends', { skip }, async () => {
  const ran = await runLab(['east: for i in 1 2 3 4 5; do echo $i; sleep 1; done; while :; do :; done'], {
    limits: quick,
  });
  assert.equal(ran.result.end.word, 'livelock');
  assert.equal(outputs(ran)[0], '1\n2\n3\n4\n5\n');
});
