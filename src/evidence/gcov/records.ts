import { Bytes, malformed } from '../../base/bytes.ts';

/** One record of a file of gcov's. */
export interface GcovRecord {
  readonly tag: number;
  readonly body: Bytes;
  /** Counters that are all zero are not written: how many bytes they would have. */
  readonly zeroBytes: number;
}

/** A file of gcov's: the head, and what comes after it. */
export interface GcovFile {
  /** The same in the notes and the counters of one compilation. */
  readonly stamp: number;
  readonly rest: Bytes;
}

/** Tags of the records that are read (gcov-io.h of GCC). */
export const gcovTag = {
  function: 0x01000000,
  blocks: 0x01410000,
  arcs: 0x01430000,
  lines: 0x01450000,
  arcCounters: 0x01a10000,
} as const;

const magics = { notes: 0x67636e6f, counters: 0x67636461 } as const;

/** Lengths are in bytes from GCC 12 on; before, they were in words. */
const oldestCompiler = 12;

/** The compiler's major version out of the word that stands in the file: `B22*` is 12.2. */
function compilerOf(word: number): number {
  const [tens = 0, ones = 0] = [word >>> 24, (word >>> 16) & 0xff];
  // 'A' and above count tens; older compilers wrote a digit there.
  return tens < 0x41 ? tens - 0x30 : (tens - 0x41) * 10 + (ones - 0x30);
}

/** Reads the head of a `.gcno` or `.gcda` file that GCC 12 or newer made on a machine of this byte order. */
export function openGcov(data: Uint8Array, kind: keyof typeof magics): GcovFile {
  const what = kind === 'notes' ? 'gcov notes' : 'gcov counters';
  const rest = new Bytes(data, what);
  if (rest.u32Le() !== magics[kind]) throw malformed(what, 'no file of this kind');
  const compiler = compilerOf(rest.u32Le());
  if (compiler < oldestCompiler) throw malformed(what, `made by GCC ${compiler}; ${oldestCompiler} or newer is read`);
  const stamp = rest.u32Le();
  rest.skip(4);
  return { stamp, rest };
}

/** The records of a file, in order. A tag of zero ends it. */
export function* gcovRecords(rest: Bytes): Generator<GcovRecord> {
  while (rest.left >= 4) {
    const tag = rest.u32Le();
    if (tag === 0) return;
    const length = rest.u32Le() | 0;
    yield {
      tag,
      body: new Bytes(rest.take(Math.max(0, length)), rest.what),
      zeroBytes: Math.max(0, -length),
    };
  }
}

/** A string: its length with the zero byte at its end, then both. */
export function gcovString(body: Bytes): string {
  const bytes = body.take(body.u32Le());
  return new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.length - 1)));
}
