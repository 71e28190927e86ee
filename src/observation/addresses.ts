import { malformed } from './bytes.ts';
import type { Address } from './model.ts';

/** Canonical text of an IPv4 (4 bytes) or IPv6 (16 bytes, RFC 5952) address; raises the declared error for other sizes. */
export function addressText(bytes: Uint8Array): Address {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (bytes.length !== 16) throw malformed('address', `${bytes.length} bytes are neither IPv4 nor IPv6`);
  const words: number[] = [];
  for (let at = 0; at < 16; at += 2) words.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  const run = zeroRun(words);
  // RFC 5952, section 5: the prefix ::ffff:0:0/96 is known to hold IPv4.
  if (run.start === 0 && run.length === 5 && words[5] === 0xffff) return `::ffff:${addressText(bytes.subarray(12))}`;
  if (run.length < 2) return joined(words);
  return `${joined(words.slice(0, run.start))}::${joined(words.slice(run.start + run.length))}`;
}

function joined(words: readonly number[]): string {
  return words.map((word) => word.toString(16)).join(':');
}

/** The longest run of zero words, the first of equal ones. */
function zeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [at, word] of words.entries()) {
    if (word !== 0) start = at + 1;
    else if (at + 1 - start > best.length) best = { start, length: at + 1 - start };
  }
  return best;
}
