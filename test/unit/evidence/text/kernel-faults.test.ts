import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { kernelFaults } from '../../../../src/evidence/text/kernel-faults.ts';

const faultsIn = (...lines: readonly string[]) => kernelFaults(Buffer.from(lines.map((line) => `${line}\n`).join('')));

/** As kernels from 5.10 to 7.2 write them, on several architectures. */
const reports = [
  'WARNING: net/core/skbuff.c:6245 at skb_try_coalesce+0x3cc/0x5aa, CPU#0: ping/187',
  'WARNING: CPU: 0 PID: 1 at net/xfrm/xfrm_state.c:1 xfrm_x+0x1/0x2',
  'WARNING: possible recursive locking detected',
  'WARNING: possible circular locking dependency detected',
  'WARNING: suspicious RCU usage',
  'WARNING: inconsistent lock state',
  'WARNING: bad unlock balance detected!',
  'BUG: KASAN: slab-use-after-free in xfrm_state_find+0x123/0x456',
  'BUG: kernel NULL pointer dereference, address: 0000000000000008',
  'BUG: scheduling while atomic: pluto/12/0x00000100',
  'BUG: sleeping function called from invalid context at net/core/sock.c:1',
  'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [charon:12]',
  'BUG kmalloc-64 (Not tainted): Redzone overwritten',
  'BUG kmalloc-rnd-04-64 (Tainted: G        W         ): Object already free',
  'kernel BUG at net/core/skbuff.c:110!',
  'UBSAN: shift-out-of-bounds in net/ipv4/esp4.c:12:3',
  'kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)',
  'INFO: task pluto:12 blocked for more than 120 seconds.',
  'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
  'INFO: rcu_sched self-detected stall on CPU',
  'INFO: trying to register non-static key.',
  'INFO: possible recursive locking detected',
  'unregister_netdevice: waiting for eth0 to become free. Usage count = 2',
  'Unable to handle kernel paging request at virtual address dead000000000108',
  'Oops: general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] SMP',
  'general protection fault, probably for non-canonical address 0x1: 0000 [#1] PREEMPT',
  'Oops: 0002 [#1] SMP NOPTI',
  'divide error: 0000 [#1] SMP',
  'Call Trace:',
];

for (const text of reports) {
  test(`the kernel reports: ${text}`, () => {
    const [fault, ...more] = faultsIn('[    0.000000] 0.00 BogoMIPS (lpj=1)', `[   66.500000] ${text}`);
    assert.deepEqual([fault, more], [{ line: 2, text, stamp: 66_500_000_000n, following: [''] }, []]);
    assert.equal(faultsIn(`[   66.500000][  T187] ${text}`)[0]?.text, text);
    const unstamped = faultsIn(text)[0];
    assert.deepEqual([unstamped?.text, unstamped?.stamp], [text, undefined]);
  });
}

const nearMisses: readonly (readonly [string, string])[] = [
  [
    'a packet that a filter logs, with a prefix of its own',
    'WARNING: IN=eth0 OUT= MAC=12:00 SRC=192.0.2.1 DST=192.0.2.2',
  ],
  ['the same between two hosts', 'BUG: KASAN: IN=eth0 OUT=eth1 SRC=192.0.2.1'],
  ['a prefix that looks like an oops', 'Oops: 0002 [#1] IN=eth0 OUT= SRC=192.0.2.1'],
  ['a process whose name is a report', 'BUG: KASAN: x[187]: segfault at 0 ip 0 sp 0 error 4 in a[0,1]'],
  ['another', 'WARNING: x (187): drop_caches: 3'],
  ['a report that is quoted', 'xfrm: it said WARNING: CPU: 0 PID: 1 at a.c:1'],
  ['a warning in small letters', 'warning: `ping’ uses deprecated socket options'],
  ['kmemleak that found nothing', 'kmemleak: 0 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'],
  ['kmemleak that is off', 'kmemleak: Kernel memory leak detector disabled'],
  ['news of lockdep', 'INFO: lockdep is turned off.'],
  ['news of RCU', 'rcu: INFO: something else'],
  ['a device that goes', 'unregister_netdevice: done'],
  ['a trap of a program', 'traps: pluto[12] general protection fault ip:1 sp:2 error:0 in libc.so[3]'],
  ['a message without its end', 'WARNING:'],
  ['a cache of another name', 'BUG kmalloc-64: fine'],
];

for (const [title, text] of nearMisses) {
  test(`no report of the kernel: ${title}`, () => assert.deepEqual(faultsIn(`[   66.500000] ${text}`), []));
}

test('what belongs to a report is no report of its own, and a few lines of it are shown, up to its end', () => {
  const block = [
    '[   66.500000] ------------[ cut here ]------------',
    '[   66.500000] WARNING: a.c:1 at x+0x1/0x2, CPU#0: ping/187',
    '[   66.500000] Call Trace:',
    '[   66.500000]  [<6008d151>] ? x+0x0/0x64',
    '[   66.500000] ---[ end trace 0000000000000000 ]---',
    '[   66.500000] something else',
  ];
  const [fault, ...more] = faultsIn(...block);
  assert.deepEqual(more, []);
  assert.deepEqual(fault?.following, ['[   66.500000] Call Trace:', '[   66.500000]  [<6008d151>] ? x+0x0/0x64']);
  assert.equal(faultsIn(...block, ...block).length, 2);
  const long = Array.from({ length: 200 }, (_, at) => `[   66.500000] line ${at}`);
  assert.equal(faultsIn(...block.slice(0, 2), ...long)[0]?.following.length, 12);
});

test('a trace far behind a report, and one before it, are reports', () => {
  const between = (count: number) => Array.from({ length: count }, () => '[    1.000000] x');
  const report = '[    1.000000] BUG: Bad page state in process ping';
  const trace = '[    1.000000] Call Trace:';
  assert.deepEqual(
    faultsIn(report, ...between(98), trace).map(({ line }) => line),
    [1],
  );
  assert.deepEqual(
    faultsIn(report, ...between(99), trace, 'Oops: 0002 [#1]').map(({ line }) => line),
    [1, 101],
  );
  assert.deepEqual(
    faultsIn(trace, report).map(({ line }) => line),
    [1, 2],
  );
});

test('what comes a while later does not belong to a report', () => {
  const [fault] = faultsIn('[   60.000000] BUG: x', '[   60.100000] its line', '[   60.100001] reboot: Power down');
  assert.deepEqual(fault?.following, ['[   60.100000] its line']);
});

test('any bytes are read', () => {
  const piece = fc.constantFrom(
    'WARNING: ',
    'BUG: ',
    '[    1.000000] ',
    'IN=a OUT=b',
    '\n',
    '\0',
    'ä',
    '[#1]',
    'Call Trace:',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (parts) => {
      for (const { line, text } of kernelFaults(Buffer.from(parts.join(''), 'latin1'))) {
        assert.ok(line > 0 && text.length <= 301);
      }
    }),
  );
});
