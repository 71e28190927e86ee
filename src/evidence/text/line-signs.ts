import { latin1, utf8OfLatin1 } from '../../base/bytes.ts';

/** What a line looks like by which a program says that something is wrong. */
export interface LineSign {
  /** ASCII that each such line holds: logs have megabytes, and only lines with it are decoded. */
  readonly holds: string;
  /** One character per byte. Anchored where a peer's or a person's text may stand in the line. */
  readonly line: RegExp;
}

/** A line that bears a sign. */
export interface SignedLine {
  /** From 1. */
  readonly line: number;
  /** Without its end, cut if it is long; what is no UTF-8 becomes U+FFFD. */
  readonly text: string;
  /** Offset of its first byte. */
  readonly at: number;
}

const newline = 0x0a;
/** Characters of a line that are looked at. */
const longestLine = 4000;
/** Characters of a line that are shown. */
const lineShown = 300;

/** All lines that bear a sign, in order. */
export function* signedLines(bytes: Uint8Array, sign: LineSign): Generator<SignedLine> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let line = 1;
  let counted = 0;
  for (let hit = buffer.indexOf(sign.holds); hit >= 0; ) {
    const at = buffer.lastIndexOf(newline, hit) + 1;
    const end = endOfLine(buffer, hit);
    const text = uncoloured(latin1(buffer.subarray(at, Math.min(end, at + longestLine)))).trimEnd();
    if (sign.line.test(text)) {
      line += newlinesIn(buffer.subarray(counted, at));
      counted = at;
      yield { line, text: shownLine(text), at };
    }
    hit = buffer.indexOf(sign.holds, end);
  }
}

/** Programs that find a terminal colour what they report (ECMA-48, SGR); the words are the same. */
function uncoloured(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
  return text.includes('\x1b[') ? text.replace(/\x1b\[[\d;]*[mK]/g, '') : text;
}

/** A line for people, of one character per byte: cut if it is long. */
export function shownLine(text: string): string {
  return utf8OfLatin1(text.length > lineShown ? `${text.slice(0, lineShown)}…` : text);
}

function endOfLine(buffer: Buffer, at: number): number {
  const end = buffer.indexOf(newline, at);
  return end < 0 ? buffer.length : end;
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}
