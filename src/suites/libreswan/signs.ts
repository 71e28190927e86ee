import type { WeightedKind } from '../../model/issue-kinds.ts';

/** Which text of a host an issue is looked for in. */
export type Source = 'pluto-log' | 'raw' | 'sanitized';

/** A sign of trouble that libreswan's post-mortem looks for. */
export interface Sign {
  readonly kind: WeightedKind;
  readonly pattern: RegExp;
  readonly sources: readonly Source[];
  readonly message: string;
}

/** The signs, in the order in which they are looked for. Texts are Latin-1, one character per byte. */
export const signs: readonly Sign[] = [
  {
    kind: 'ASSERTION',
    pattern: /ASSERTION FAILED/,
    sources: ['pluto-log', 'raw'],
    message: 'an assertion of libreswan failed',
  },
  {
    kind: 'EXPECTATION',
    pattern: /EXPECTATION FAILED/,
    sources: ['pluto-log', 'raw'],
    message: 'an expectation of libreswan failed',
  },
  {
    kind: 'PRINTF_NULL',
    pattern: /\(null\)/,
    sources: ['pluto-log', 'raw', 'sanitized'],
    message: 'a null pointer was printed',
  },
  {
    kind: 'iscntrl',
    pattern: /[^ -~\n]/,
    sources: ['pluto-log'],
    message: 'the log holds a character that does not print',
  },
  {
    kind: 'LEAK',
    pattern: /leak detective found [0-9]+ leaks/,
    sources: ['pluto-log'],
    message: "pluto's leak detective found leaks",
  },
  { kind: 'CORE', pattern: /[\r\n]CORE FOUND/, sources: ['raw'], message: 'a core file was found' },
  { kind: 'SEGFAULT', pattern: /SEGFAULT/, sources: ['raw'], message: 'a segmentation fault was reported' },
  { kind: 'GPFAULT', pattern: /GPFAULT/, sources: ['raw'], message: 'a general protection fault was reported' },
  {
    kind: 'iscntrl',
    pattern: /[^ -~\r\n\t]/,
    sources: ['sanitized'],
    message: 'the console holds a character that does not print',
  },
  {
    kind: 'KERNEL',
    pattern: /\[ *\d+\.\d+\] Call Trace:/,
    sources: ['sanitized'],
    message: 'the kernel printed a call trace',
  },
];
