import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelReports } from '../../../../../src/judge/oracles/incidents/kernel-reports.ts';

const ms = 1_000_000n;
const start = 1000n * ms;
const commands = [
  { host: 'west', line: 'one', begin: start + 60_000n * ms, end: start + 60_001n * ms },
  { host: 'east', line: 'two', begin: start + 60_004n * ms },
];
const log = (stamp: string) => Buffer.from(`[${stamp}] WARNING: CPU: 0 PID: 12 at a.c:1 x+0x1/0x2f\n`);
const report = (bytes: Uint8Array, known: bigint | undefined = start) =>
  kernelReports({ bytes, start: known, commands }).map(({ host, time, command, line }) => [host, time, command, line]);

test('a report has the lab’s time, and the command that was typed last, until the end of its tick where it stands at one', () => {
  assert.deepEqual(report(log('   65.000000')), [['east', start + 65_000n * ms, 'two', 1]]);
  const late = { host: 'west', line: 'late', begin: start + 70_010n * ms - 1n };
  const [last] = kernelReports({ bytes: log('   70.000000'), start, commands: [...commands, late] });
  assert.deepEqual([last?.command, last?.time], ['late', late.begin]);
  assert.deepEqual(report(log('   60.000000')), [['east', start + 60_004n * ms, 'two', 1]]);
  assert.deepEqual(report(log('   60.003999')), [['west', start + 60_003_999_000n, 'one', 1]]);
  assert.deepEqual(report(log('   60.004000')), [['east', start + 60_004n * ms, 'two', 1]]);
  assert.deepEqual(report(log('   59.990000')), [[undefined, start + 59_990n * ms, undefined, 1]]);
});

test('without the kernel’s start, or without a stamp, there is the line alone', () => {
  const bare = kernelReports({ bytes: log('   65.000000'), start: undefined, commands });
  const unstamped = kernelReports({ bytes: Buffer.from('BUG: KASAN: x\n'), start, commands });
  for (const [one] of [bare, unstamped])
    assert.deepEqual([one?.host, one?.time, one?.command], [undefined, undefined, undefined]);
});

test('a report shows its line and some behind it; numbers do not tell causes apart', () => {
  const bytes = Buffer.from('[    1.000000] BUG: x at 0x12 of 34\n[    1.000000] Call Trace:\n[    1.000000]  a\n\n');
  const [one] = kernelReports({ bytes, start: undefined, commands: [] });
  assert.deepEqual(one, {
    kind: 'kernel-fault',
    file: 'kernel.log',
    line: 1,
    message: 'the kernel reports: BUG: x at 0x12 of 34',
    excerpt: 'BUG: x at 0x12 of 34\n[    1.000000] Call Trace:\n[    1.000000]  a',
    cause: 'BUG: x at N of N',
  });
});
