import type { EspalierError } from './errors.ts';

/** Headers and contents come in blocks of so many bytes (POSIX.1-2024, pax, "ustar Interchange Format"). */
export const tarBlock = 512;

/** What a header says of an entry, whose content stands in the blocks behind it. */
export interface TarHeader {
  /** With its prefix. Names are bytes, one character each (latin1). */
  readonly name: string;
  /** Of a link. */
  readonly target: string;
  /** `0` is a regular file; so is the zero byte of old archives, which is given as `0`. */
  readonly type: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of a device. */
  readonly device: { readonly major: number; readonly minor: number };
}

/** Where a header's fields lie, and how long they are. */
export const tarFields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  target: [157, 100],
  magic: [257, 6],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;
type Field = (typeof tarFields)[keyof typeof tarFields];

/**
 * Reads the block at which an entry begins (ustar, GNU's, or of the time before both). `undefined`: the archive ends here. Throws
 * what `broken` makes of a reason (`it is cut short …`) where it is no header, and where the file has ended without the
 * archive's end: what is missing then may be whole entries.
 */
export function readTarHeader(head: Uint8Array, broken: (why: string) => EspalierError): TarHeader | undefined {
  if (head.length < tarBlock) throw broken('it is cut short: the blocks that end an archive are missing');
  if (head.every((byte) => byte === 0)) return undefined;
  if (numberIn(head, tarFields.checksum) !== tarChecksum(head)) {
    throw broken('it is not a tar archive, or it is damaged: a header does not have its checksum');
  }
  const number = (field: Field): number => {
    const value = numberIn(head, field);
    if (!Number.isSafeInteger(value)) throw broken('it is damaged: a number in a header is none');
    return value;
  };
  const size = number(tarFields.size);
  if (size < 0) throw broken('it is damaged: an entry has a negative size');
  // GNU's own headers have dates in the place of a prefix, older ones anything.
  const prefix = textIn(head, tarFields.magic, 'whole') === 'ustar\0' ? textIn(head, tarFields.prefix) : '';
  const name = textIn(head, tarFields.name);
  const type = textIn(head, tarFields.type) || '0';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    target: textIn(head, tarFields.target),
    ...{ type, size, mode: number(tarFields.mode) & 0o7777 },
    ...{ uid: number(tarFields.uid), gid: number(tarFields.gid), mtime: number(tarFields.mtime) },
    // Old headers end before these fields.
    device: '34'.includes(type)
      ? { major: number(tarFields.major), minor: number(tarFields.minor) }
      : { major: 0, minor: 0 },
  };
}

/** Bytes of content with the zeros up to the next block. */
export function inTarBlocks(size: number): number {
  return Math.ceil(size / tarBlock) * tarBlock;
}

function textIn(
  head: Uint8Array,
  [start, length]: Field,
  part: 'whole' | 'to the first zero' = 'to the first zero',
): string {
  const field = Buffer.from(head.buffer, head.byteOffset + start, length);
  const end = part === 'whole' ? -1 : field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end);
}

/** Octal digits, or GNU's two's complement behind a first byte of 0x80 or 0xff. An empty field is 0; NaN: it is no number. */
function numberIn(head: Uint8Array, field: Field): number {
  const [start, length] = field;
  const first = head[start] ?? 0;
  if (first < 0x80) {
    const digits = textIn(head, field).trim();
    return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
  }
  let value = first === 0xff ? -1 : first & 0x7f;
  for (const byte of head.subarray(start + 1, start + length)) value = value * 256 + byte;
  return value;
}

/** The sum of a header's bytes, those of the checksum itself counted as spaces. */
export function tarChecksum(head: Uint8Array): number {
  const [start, length] = tarFields.checksum;
  return head.reduce((sum, byte, at) => sum + (at >= start && at < start + length ? 0x20 : byte), 0);
}
