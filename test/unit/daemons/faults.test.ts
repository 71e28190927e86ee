import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices } from '../../../src/daemons/table.ts';
import type { Fault } from '../../../src/evidence/text/faults.ts';
import { signedLines } from '../../../src/evidence/text/line-signs.ts';
import { runtimeFaults } from '../../../src/evidence/text/runtime-faults.ts';

function kindsOf(faults: readonly Fault[], line: string): string[] {
  return faults.filter((fault) => [...signedLines(Buffer.from(line), fault)].length > 0).map(({ kind }) => kind);
}

type Lines = readonly (readonly [line: string, kind: string | undefined])[];

/** Lines of real logs where there are some; `undefined`: no fault. */
const lines: Readonly<Record<string, Lines>> = {
  libreswan: [
    [
      'ABORT: ASSERTION FAILED: switch (ue->state.id.proto) case 108 (0x6c) unexpected (x() +20 /a.c)',
      'assertion-failed',
    ],
    ['FATAL: ASSERTION FAILED: st != NULL (x() +20 programs/pluto/a.c)', 'assertion-failed'],
    ['"net"[1] 192.0.2.1 #3: ASSERTION FAILED: x', 'assertion-failed'],
    [
      'EXPECTATION FAILED: "net" #1: not (md->chain[ISAKMP_NEXT_v2AUTH] == ((void *)0)) (x() +1 a.c)',
      'expectation-failed',
    ],
    ['Jun 15 12:01:00.100423: | "a" #1: EXPECTATION FAILED: x', 'expectation-failed'],
    ['003 "net" #1: EXPECTATION FAILED: x', 'expectation-failed'],
    ['Jun  5 12:01:00 west pluto[12]: packet from 192.0.2.1:500: EXPECTATION FAILED: x', 'expectation-failed'],
    ['"net"[1] 2001:db8::1 #1: [EXPECTATION FAILED: on main thread]: x', 'expectation-failed'],
    ['"net" #1: peer ID is ID_FQDN: \'@x: EXPECTATION FAILED: y\'', undefined],
    ['"net" #1: ASSERTION FAILED_X', undefined],
    ['| aborting IKE SA: DH failed (EXPECTATION FAILED valid as no transition?)', undefined],
    ['Jun 15 12:01:00.100423: leak detective found 3 leaks, total size 160', 'memory-leak'],
    ['leak detective found no leaks', undefined],
    ['"net" #1: encountered fatal error in state IKE_AUTH_I', undefined],
  ],
  strongswan: [
    ['Jun 15 12:01:00 00[DMN] killing ourself, received critical signal', 'daemon-fatal'],
    ['Jun 15 12:01:00 moon charon-systemd[12]: 08[DMN] thread 8 received 11', 'daemon-fatal'],
    ['00[DMN] thread 0 received 7', 'daemon-fatal'],
    ['00[APP] killing ourself, received critical signal', 'daemon-fatal'],
    ['00[DMN] <net|1> killing ourself, received critical signal', 'daemon-fatal'],
    ['00[DMN] thread 8 received 15', undefined],
    ['00[DMN] thread 8 received 111', undefined],
    ["09[IKE] <1> peer is '00[DMN] killing ourself, received critical signals'", undefined],
    ['09[CFG] a thread 8 received 11', undefined],
    ['53 leaks detected, 1200 bytes, 3 suppressed by whitelist', 'memory-leak'],
    ['One leak detected, 0 suppressed by whitelist', 'memory-leak'],
    ['No leaks detected, 11 suppressed by whitelist', undefined],
  ],
  openiked: [
    ['lost child: ikev2 terminated; signal 11', 'daemon-fatal'],
    ['parent: lost child: pid 12 exited abnormally', 'daemon-fatal'],
    ['lost child: ca exited okay', undefined],
    ['fatal in parent: config_setcompile: no memory', 'daemon-fatal'],
    ['ikev2_recv: a fatal in the making', undefined],
  ],
};

for (const { name, faults } of slices) {
  const own = lines[name] ?? [];
  test(`there are lines of ${name} for each of its faults`, () => {
    const kinds = new Set(own.map(([, kind]) => kind));
    for (const { kind } of faults) assert.ok(kinds.has(kind), kind);
  });
  for (const [line, kind] of own) {
    test(`${name}: ${line} is ${kind ?? 'no fault'}`, () =>
      assert.deepEqual(kindsOf(faults, line), kind ? [kind] : []));
  }
}

const ofAnyProgram: Lines = [
  ["iked: ./iked/ikev2.c:123: ikev2_recv: Assertion `sa != NULL' failed.", 'assertion-failed'],
  ["Assertion `x' failed.", undefined],
  ["x: an Assertion `x' that failed is not this", undefined],
  ['assertion "sa != NULL" failed: file "ikev2.c", line 12, function "x"', 'assertion-failed'],
  ['the assertion "x" failed: file "y"', undefined],
  ['*** stack smashing detected ***: terminated', 'memory-error'],
  ['*** buffer overflow detected ***: terminated', 'memory-error'],
  ['no *** stack smashing detected ***: terminated', undefined],
  ['free(): invalid pointer', 'memory-error'],
  ['free(): double free detected in tcache 2', 'memory-error'],
  ['malloc(): corrupted top size', 'memory-error'],
  ['realloc(): invalid old size', 'memory-error'],
  ['munmap_chunk(): invalid pointer', 'memory-error'],
  ['malloc_consolidate(): unaligned fastbin chunk detected', 'memory-error'],
  ['x free(): invalid pointer', undefined],
  ['free(): 12 calls', undefined],
  ['double free or corruption (out)', 'memory-error'],
  ['a double free or corruption', undefined],
  ['corrupted size vs. prev_size', 'memory-error'],
  ['corrupted double-linked list', 'memory-error'],
  ['corrupted message', undefined],
  ['==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1 at pc 0x2', 'memory-error'],
  ['=================================================================12==ERROR: AddressSanitizer: x', 'memory-error'],
  ['WARNING: ThreadSanitizer: data race (pid=12)', 'memory-error'],
  ['==12==WARNING: MemorySanitizer: use-of-uninitialized-value', 'memory-error'],
  ['SUMMARY: AddressSanitizer: heap-use-after-free a.c:1 in x', undefined],
  ['==12==ERROR: LeakSanitizer: detected memory leaks', 'memory-leak'],
  ['programs/pluto/a.c:12:5: runtime error: shift exponent 32 is too large', 'memory-error'],
  ['a: runtime error: x', undefined],
  ['==12== ERROR SUMMARY: 3 errors from 2 contexts (suppressed: 0 from 0)', 'memory-error'],
  ['==12== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)', undefined],
];

for (const [line, kind] of ofAnyProgram) {
  test(`any program: ${line} is ${kind ?? 'no fault'}`, () => {
    assert.deepEqual(kindsOf(runtimeFaults, line), kind ? [kind] : []);
  });
}

test('names of processes are as long as the kernel keeps them', () => {
  for (const { processes } of slices) for (const name of processes) assert.ok(Buffer.byteLength(name) <= 15, name);
});
