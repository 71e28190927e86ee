import { latin1 } from '../../base/bytes.ts';
import type { WeightedKind } from '../../model/issue-kinds.ts';

/** Which text of a host an issue is looked for in. */
export type Source = 'pluto-log' | 'raw' | 'sanitized';

/** A sign of trouble that libreswan's post-mortem looks for. */
export interface Sign {
  readonly kind: WeightedKind;
  /** Offset of the first one in a text's bytes; -1: none. Logs have megabytes, so they are decoded only if needed. */
  readonly find: (bytes: Uint8Array) => number;
  readonly sources: readonly Source[];
  readonly message: string;
}

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tilde = 0x7e;

/** Finds a text of ASCII. */
const text =
  (wanted: string): Sign['find'] =>
  (bytes) =>
    asBuffer(bytes).indexOf(wanted, 0, 'latin1');

/** Finds where a pattern matches. It matches nothing that does not hold `wanted`; `skip` characters of it come before the sign. */
const pattern =
  (wanted: string, expression: RegExp, skip = 0): Sign['find'] =>
  (bytes) => {
    const match = text(wanted)(bytes) < 0 ? null : expression.exec(latin1(bytes));
    return match === null ? -1 : match.index + skip;
  };

/** Finds the first byte that is neither a printable character of ASCII nor one of these. */
const unprintable = (...allowed: readonly number[]): Sign['find'] => {
  const fits = new Set(allowed);
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if ((byte < space || byte > tilde) && !fits.has(byte)) return at;
    }
    return -1;
  };
};

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The signs, in the order in which they are looked for. */
export const signs: readonly Sign[] = [
  {
    kind: 'ASSERTION',
    find: text('ASSERTION FAILED'),
    sources: ['pluto-log', 'raw'],
    message: 'an assertion of libreswan failed',
  },
  {
    kind: 'EXPECTATION',
    find: text('EXPECTATION FAILED'),
    sources: ['pluto-log', 'raw'],
    message: 'an expectation of libreswan failed',
  },
  {
    kind: 'PRINTF_NULL',
    find: text('(null)'),
    sources: ['pluto-log', 'raw', 'sanitized'],
    message: 'a null pointer was printed',
  },
  {
    kind: 'iscntrl',
    find: unprintable(newline),
    sources: ['pluto-log'],
    message: 'the log holds a character that does not print',
  },
  {
    kind: 'LEAK',
    find: pattern('leak detective found ', /leak detective found [0-9]+ leaks/),
    sources: ['pluto-log'],
    message: "pluto's leak detective found leaks",
  },
  {
    kind: 'CORE',
    find: pattern('CORE FOUND', /[\r\n]CORE FOUND/, 1),
    sources: ['raw'],
    message: 'a core file was found',
  },
  { kind: 'SEGFAULT', find: text('SEGFAULT'), sources: ['raw'], message: 'a segmentation fault was reported' },
  { kind: 'GPFAULT', find: text('GPFAULT'), sources: ['raw'], message: 'a general protection fault was reported' },
  {
    kind: 'iscntrl',
    find: unprintable(carriageReturn, newline, tab),
    sources: ['sanitized'],
    message: 'the console holds a character that does not print',
  },
  {
    kind: 'KERNEL',
    find: pattern('] Call Trace:', /\[ *\d+\.\d+\] Call Trace:/),
    sources: ['sanitized'],
    message: 'the kernel printed a call trace',
  },
];
