import { faultOf } from '../../daemons/table.ts';
import type { Fault, FaultKind } from '../../evidence/text/faults.ts';
import type { WeightedKind } from '../../model/issue-kinds.ts';

/** Which text of a host an issue is looked for in. */
export type Source = 'pluto-log' | 'raw' | 'sanitized';

/** A sign of trouble that libreswan's post-mortem looks for. */
export interface Sign {
  readonly kind: WeightedKind;
  /** Offset of the first one in a text's bytes; -1: none. Logs have megabytes, so only single lines are decoded. */
  readonly find: (bytes: Uint8Array) => number;
  readonly sources: readonly Source[];
  readonly message: string;
  /** What it is a sign of in logs of other suites. */
  readonly of?: FaultKind;
}

const newline = 0x0a;

/** Finds a pattern in the lines that hold a text of ASCII, and skips characters of the match. No match goes beyond a line. */
function inLines(wanted: string, pattern: RegExp, skip = 0): Sign['find'] {
  return (bytes) => {
    const buffer = asBuffer(bytes);
    for (let at = buffer.indexOf(wanted); at >= 0; at = buffer.indexOf(wanted, at + 1)) {
      // With the newline in front, which a pattern may want to see.
      const start = at === 0 ? 0 : Math.max(0, buffer.lastIndexOf(newline, at - 1));
      const end = buffer.indexOf(newline, at);
      const match = pattern.exec(buffer.toString('latin1', start, end < 0 ? undefined : end));
      if (match !== null) return start + match.index + skip;
    }
    return -1;
  };
}

/** A fault of the daemon as the post-mortem looks for it: by its words, wherever they stand in a line. */
function wherever({ kind, holds, message }: Fault): Pick<Sign, 'find' | 'of' | 'message'> {
  return { find: (bytes) => asBuffer(bytes).indexOf(holds), of: kind, message };
}

/** Finds the first byte that is neither a printable character of ASCII nor one of these. */
function unprintable(allowed: string): Sign['find'] {
  const prints = Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return Number((character >= ' ' && character <= '~') || allowed.includes(character));
  });
  return (bytes) => (allFit(bytes, prints) ? -1 : bytes.findIndex((byte) => prints[byte] === 0));
}

/**
 * Whether a table has a 1 for every byte; it has for all that print. Four bytes at once: logs have megabytes, and few of their
 * words are not of letters alone.
 */
function allFit(bytes: Uint8Array, table: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  const words = new Int32Array(buffer, byteOffset, length >> 2);
  const fit = (at: number): boolean => table[bytes[at] as number] === 1;
  for (let index = 0, at = 0; index < words.length; index += 1, at += 4) {
    if (!isText(words[index] as number) && !(fit(at) && fit(at + 1) && fit(at + 2) && fit(at + 3))) return false;
  }
  for (let at = length & ~3; at < length; at += 1) if (!fit(at)) return false;
  return true;
}

/** True where all bytes of a word are from the space to the tilde: none is below, none above, none has its eighth bit. */
function isText(word: number): boolean {
  return (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

const leaks = faultOf('libreswan', 'memory-leak');

/** The signs, in the order in which they are looked for. */
export const signs: readonly Sign[] = [
  { kind: 'ASSERTION', ...wherever(faultOf('libreswan', 'assertion-failed')), sources: ['pluto-log', 'raw'] },
  { kind: 'EXPECTATION', ...wherever(faultOf('libreswan', 'expectation-failed')), sources: ['pluto-log', 'raw'] },
  {
    kind: 'PRINTF_NULL',
    find: inLines('(null)', /\(null\)/),
    sources: ['pluto-log', 'raw', 'sanitized'],
    message: 'a null pointer was printed',
  },
  {
    kind: 'iscntrl',
    find: unprintable('\n'),
    sources: ['pluto-log'],
    message: 'the log holds a character that does not print',
  },
  {
    kind: 'LEAK',
    find: inLines(leaks.holds, leaks.line),
    of: leaks.kind,
    message: leaks.message,
    sources: ['pluto-log'],
  },
  {
    kind: 'CORE',
    find: inLines('CORE FOUND', /[\r\n]CORE FOUND/, 1),
    sources: ['raw'],
    message: 'a core file was found',
  },
  {
    kind: 'SEGFAULT',
    find: inLines('SEGFAULT', /SEGFAULT/),
    sources: ['raw'],
    message: 'a segmentation fault was reported',
  },
  {
    kind: 'GPFAULT',
    find: inLines('GPFAULT', /GPFAULT/),
    sources: ['raw'],
    message: 'a general protection fault was reported',
  },
  {
    kind: 'iscntrl',
    find: unprintable('\r\n\t'),
    sources: ['sanitized'],
    message: 'the console holds a character that does not print',
  },
  {
    kind: 'KERNEL',
    find: inLines('] Call Trace:', /\[ *\d+\.\d+\] Call Trace:/),
    sources: ['sanitized'],
    message: 'the kernel printed a call trace',
  },
];

/** Whether the post-mortem looks for a fault in a text by what a line says of it: other programs have other words for the same kind. */
export function isLookedFor(fault: FaultKind, source: Source, line: string): boolean {
  const bytes = Buffer.from(line);
  return signs.some(({ of, sources, find }) => of === fault && sources.includes(source) && find(bytes) >= 0);
}
