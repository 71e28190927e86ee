import { EspalierError } from '../base/errors.ts';
import { tarBlock as block, tarChecksum, tarFields } from '../base/tar.ts';
import { isNameBelow } from '../base/text.ts';

/** Files of an archive by name: relative, parts joined by `/`. */
export type TarEntries = ReadonlyMap<string, Uint8Array>;

/** The magic that is written here has its version behind it. */
const fields = { ...tarFields, magic: [257, 8] } as const;

/** Files of one archive. Attempts have some dozens. */
export const mostFiles = 10_000;

/** What to do about an attempt whose files cannot be read. */
export const makeAgain =
  'copy the run again from where it came, or remove the folder of the attempt: `espalier run --resume` makes it again';

const file = '0';
/** The records behind such a header describe the next file; here its name, where it is too long for a header. */
const extended = 'x';
const magic = 'ustar\x0000';
/** Longer names are no names of files: Linux takes paths of up to so many bytes. */
const longestName = 4096;

/** A tar archive of plain files, as every `tar` reads it. The same files give the same bytes: no dates, owners or modes. */
export function writeTar(entries: TarEntries): Buffer {
  const parts: Uint8Array[] = [];
  const add = (header: Uint8Array, content: Uint8Array): void => {
    parts.push(header, content, Buffer.alloc(-content.length & (block - 1)));
  };
  for (const [name, content] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { length } = content;
    const placed = placeName(name);
    if (placed === undefined) {
      const record = paxRecord('path', name);
      add(header({ name: 'name', type: extended, length: record.length }), record);
    }
    add(header({ ...(placed ?? { name: 'file' }), type: file, length }), content);
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** A name in a header's two fields; undefined where it does not fit into them. */
function placeName(name: string): { name: string; prefix?: string } | undefined {
  const fits = (text: string, [, size]: readonly [number, number]): boolean => Buffer.byteLength(text) <= size;
  if (fits(name, fields.name)) return { name };
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (fits(rest, fields.name)) return fits(prefix, fields.prefix) ? { name: rest, prefix } : undefined;
  }
  return undefined;
}

/** `<length> path=<name>\n`; the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(rest);
  let length = size + String(size).length;
  if (String(length).length + size > length) length += 1;
  return Buffer.from(`${length}${rest}`);
}

interface Header {
  readonly name: string;
  readonly prefix?: string;
  readonly type: string;
  /** Bytes of the content. */
  readonly length: number;
}

function header({ name, prefix = '', type, length }: Header): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  bytes.write(name, fields.name[0]);
  bytes.write(octal(0o644, 7), fields.mode[0]);
  for (const [start] of [fields.uid, fields.gid]) bytes.write(octal(0, 7), start);
  bytes.write(octal(length, 11), fields.size[0]);
  bytes.write(octal(0, 11), fields.mtime[0]);
  bytes.write(type, fields.type[0]);
  bytes.write(magic, fields.magic[0]);
  bytes.write(prefix, fields.prefix[0]);
  bytes.write(`${octal(tarChecksum(bytes), 6)}\0 `, fields.checksum[0]);
  return bytes;
}

/**
 * Reads such an archive. It may have come from anywhere, so only plain files under relative names that lead nowhere else are
 * taken; all else raises an `infrastructure` error that says what it is and where. The contents are views of `bytes`.
 */
export function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  let longName: string | undefined;
  let at = 0;
  for (;;) {
    const head = bytes.subarray(at, at + block);
    if (head.length < block) throw damaged(at, 'it ends without its last blocks');
    if (head.every((byte) => byte === 0)) break;
    const { name, type, length } = readHeader(head, at);
    const content = bytes.subarray(at + block, at + block + length);
    if (content.length < length) throw damaged(at, 'a file in it is cut short');
    if (type === extended) {
      longName = readPaxPath(content, at);
    } else {
      const path = longName ?? name;
      longName = undefined;
      if (type !== file) throw damaged(at, `${JSON.stringify(path)} is no plain file (type ${JSON.stringify(type)})`);
      if (!isNameBelow(path)) throw damaged(at, `${JSON.stringify(path.slice(0, 200))} is no name of a file below it`);
      if (entries.size >= mostFiles) throw damaged(at, `it holds more than ${mostFiles} files`);
      if (entries.has(path)) throw damaged(at, `${JSON.stringify(path)} is in it twice`);
      entries.set(path, content);
    }
    at += block + length + (-length & (block - 1));
  }
  if (longName !== undefined) throw damaged(at, 'its last name has no file');
  return entries;
}

function damaged(offset: number, why: string): EspalierError {
  const message = `is not an archive of an attempt: at byte ${offset}: ${why}`;
  return new EspalierError('infrastructure', message, { remedy: makeAgain });
}

function readHeader(head: Uint8Array, at: number): Header {
  const text = ([start, size]: readonly [number, number]): string => {
    const bytes = Buffer.from(head.subarray(start, start + size));
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  };
  const number = (field: readonly [number, number]): number => {
    const digits = text(field).trim();
    if (!/^[0-7]{1,11}$/.test(digits)) throw damaged(at, 'a number in it is none');
    return Number.parseInt(digits, 8);
  };
  if (number(fields.checksum) !== tarChecksum(head)) throw damaged(at, 'a header does not have its checksum');
  const [start, size] = fields.magic;
  if (Buffer.from(head.subarray(start, start + size)).toString('latin1') !== magic)
    throw damaged(at, 'it is of another kind');
  const prefix = text(fields.prefix);
  const name = text(fields.name);
  return { name: prefix === '' ? name : `${prefix}/${name}`, type: text(fields.type), length: number(fields.size) };
}

function readPaxPath(content: Uint8Array, at: number): string {
  const text = Buffer.from(content.subarray(0, longestName + 64)).toString('utf8');
  const path = /^\d+ path=(.*)\n$/s.exec(text)?.[1];
  if (path === undefined || content.length > longestName + 64) throw damaged(at, 'a long name in it cannot be read');
  return path;
}
