import type { Fault } from './faults.ts';

const corrupted = 'the C library found damaged memory';
const sanitizer = 'a sanitizer reports an error';

/** Messages of glibc's heap (malloc/malloc.c, malloc_printerr): who finds the damage, in front of what it is. */
const heap = [
  'free',
  'malloc',
  'calloc',
  'realloc',
  'munmap_chunk',
  'mremap_chunk',
  'malloc_consolidate',
  '_int_free',
].map(
  (name): Fault => ({
    kind: 'memory-error',
    message: corrupted,
    holds: `${name}(): `,
    line: new RegExp(
      `^${name}\\(\\): (?:invalid|double|corrupted|unaligned|unsorted|smallbin|largebin|memory|mismatching|too many|unexpected)`,
    ),
  }),
);

/**
 * What the C library (glibc: assert/assert.c, debug/fortify_fail.c) and the sanitizers of compilers (compiler-rt, libsanitizer)
 * write about any program, to its standard error.
 */
export const runtimeFaults: readonly Fault[] = [
  {
    kind: 'assertion-failed',
    message: 'an assertion of a program failed',
    holds: 'Assertion `',
    line: /^[^`]{1,400}: Assertion `.*' failed\.?$/,
  },
  {
    kind: 'assertion-failed',
    message: 'an assertion of a program failed',
    holds: 'assertion "',
    line: /^assertion ".*" failed: file "/,
  },
  {
    kind: 'memory-error',
    message: corrupted,
    holds: ' detected ***: ',
    line: /^\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*: /,
  },
  ...heap,
  { kind: 'memory-error', message: corrupted, holds: 'double free or corruption', line: /^double free or corruption/ },
  {
    kind: 'memory-error',
    message: corrupted,
    holds: 'corrupted ',
    line: /^corrupted (?:size vs\. prev_size|double-linked list)/,
  },
  {
    kind: 'memory-error',
    message: sanitizer,
    holds: 'Sanitizer: ',
    line: /^(?:=+ *\d+ *=+ ?)?(?:ERROR|WARNING): (?!Leak)\w+Sanitizer: /,
  },
  {
    kind: 'memory-leak',
    message: 'a sanitizer reports memory that was not freed',
    holds: 'LeakSanitizer: ',
    line: /^(?:=+ *\d+ *=+ ?)?ERROR: LeakSanitizer: detected memory leaks/,
  },
  { kind: 'memory-error', message: sanitizer, holds: ' runtime error: ', line: /^\S+:\d+:\d+: runtime error: / },
  {
    kind: 'memory-error',
    message: 'valgrind reports errors',
    holds: ' ERROR SUMMARY: ',
    line: /^==\d+== ERROR SUMMARY: [1-9]/,
  },
];
