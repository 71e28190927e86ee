import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices } from '../../../../src/daemons/table.ts';
import { kernelFaults } from '../../../../src/evidence/text/kernel-faults.ts';
import { signedLines } from '../../../../src/evidence/text/line-signs.ts';
import { runtimeFaults } from '../../../../src/evidence/text/runtime-faults.ts';

const faults = [...slices.flatMap((slice) => slice.faults), ...runtimeFaults];

function kindsOf(line: string): string[] {
  const bytes = Buffer.from(`first\n${line}\nlast\n`);
  return faults.flatMap((fault) => [...signedLines(bytes, fault)].map((found) => `${fault.kind} ${found.line}`));
}

const reports: Readonly<Record<string, readonly string[]>> = {
  'assertion-failed': [
    'ABORT: ASSERTION FAILED: st != NULL (in f() at a.c:12)',
    'Jun 15 12:00:01.000000: "road-east"[1] 192.0.2.1 #3: FATAL: ASSERTION FAILED: 0 (in f() at a.c:12)',
    "iked: a.c:12: f: Assertion `x' failed.",
  ],
  'expectation-failed': [
    'EXPECTATION FAILED: x (in f() at a.c:12)',
    '002 "road-east" #3: EXPECTATION FAILED: x',
    'Jun 15 12:00:01 west pluto[123]: | EXPECTATION FAILED: x',
  ],
  'daemon-fatal': [
    '00[DMN] killing ourself, received critical signal',
    'Jun 15 12:00:01 05[DMN] thread 5 received 11',
    'fatal in ikev2: pfkey',
    'lost child: pid 12 terminated; signal 11',
  ],
  'memory-error': [
    '==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1',
    'a.c:1:2: runtime error: signed integer overflow',
    'double free or corruption (out)',
    '*** stack smashing detected ***: terminated',
  ],
  'memory-leak': [
    '2 leaks detected, 1 suppressed by whitelist',
    'leak detective found 3 leaks, total size 5',
    '==12==ERROR: LeakSanitizer: detected memory leaks',
  ],
};

test('programs report their faults', () => {
  for (const [kind, lines] of Object.entries(reports)) {
    for (const line of lines) assert.deepEqual(kindsOf(line), [`${kind} 2`], line);
  }
});

test('a report in colours is one', () => {
  const [bold, red, plain] = ['\x1b[1m', '\x1b[31m', '\x1b[0m'];
  const undefinedBehaviour = `${bold}/source/lib/a.c:56:2:${bold}${red} runtime error: ${plain}${bold}null pointer${plain}${plain}`;
  assert.deepEqual(kindsOf(undefinedBehaviour), ['memory-error 2']);
  assert.deepEqual(kindsOf(`${bold}${red}==7==ERROR: AddressSanitizer: heap-use-after-free${plain}\x1b[K`), [
    'memory-error 2',
  ]);
  const [fault] = runtimeFaults.filter(({ holds }) => holds === ' runtime error: ');
  assert.ok(fault);
  const [found] = signedLines(Buffer.from(undefinedBehaviour), fault);
  assert.equal(found?.text, '/source/lib/a.c:56:2: runtime error: null pointer');
});

test('what a peer, a person or a command says of faults is no report', () => {
  const harmless = [
    'peer ID is "CN=ASSERTION FAILED"',
    '"a" #1: received Vendor ID payload [EXPECTATION FAILED]',
    'grep "ASSERTION FAILED" /tmp/pluto.log',
    'leak detective found no leaks',
    'No leaks detected, 2 suppressed by whitelist',
    'lost child: pid 12 exited okay',
    '==12== ERROR SUMMARY: 0 errors from 0 contexts',
    '05[NET] received packet: from 192.0.2.1[500]',
  ];
  for (const line of harmless) assert.deepEqual(kindsOf(line), [], line);
});

test('the kernel reports faults with their time, each once', () => {
  const heads = [
    'WARNING: CPU: 0 PID: 1 at net/xfrm/xfrm_state.c:700 f+0x1/0x2',
    'WARNING: possible circular locking dependency detected',
    'BUG: KASAN: use-after-free in xfrm_lookup+0x1/0x2',
    'BUG kmalloc-64 (Not tainted): Redzone overwritten',
    'kernel BUG at net/core/skbuff.c:112!',
    'UBSAN: shift-out-of-bounds in net/a.c:1:2',
    'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
    'INFO: suspicious RCU usage',
    'Oops: 0000 [#1] PREEMPT',
  ];
  for (const head of heads) {
    const log = `[    0.000000] Linux\n[   12.345678] ${head}\n[   12.345678] Call Trace:\n[   12.345679]  f+0x1/0x2\n`;
    const found = kernelFaults(Buffer.from(log));
    assert.deepEqual(
      found.map(({ line, text, stamp }) => ({ line, text, stamp })),
      [{ line: 2, text: head, stamp: 12_345_678_000n }],
      head,
    );
  }
  assert.equal(kernelFaults(Buffer.from('Call Trace:\n f+0x1/0x2\n')).length, 1);
});

test('what a rule logs, and names of processes, are no faults of the kernel', () => {
  const lines = [
    'WARNING: IN=eth0 OUT= MAC= SRC=192.0.2.1',
    'kmemleak: Kernel memory leak detector initialized',
    'debug: BUG:',
  ];
  for (const line of lines) assert.deepEqual(kernelFaults(Buffer.from(`[    1.000000] ${line}\n`)), [], line);
});
