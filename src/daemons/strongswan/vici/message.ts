import { Bytes } from '../../../base/bytes.ts';

/** Texts are Latin-1, one character per octet: a value may be any octets, such as a certificate. */
export type ViciValue = string | readonly string[] | ViciSection;

/** Named values in the order of the message. A name that comes twice has its last value. */
export type ViciSection = ReadonlyMap<string, ViciValue>;

/** Types of elements (strongSwan, src/libcharon/plugins/vici/README.md, "Message format"). */
const element = { sectionStart: 1, sectionEnd: 2, keyValue: 3, listStart: 4, listItem: 5, listEnd: 6 } as const;

/** Sections in sections; no message of the daemon comes near. */
const maxDepth = 32;

/** Reads the octets of a message. */
export function decodeMessage(data: Uint8Array): ViciSection {
  const bytes = new Bytes(data, 'vici message');
  const root = new Map<string, ViciValue>();
  const open = [root];
  while (bytes.left > 0) {
    const section = open.at(-1);
    if (section === undefined) throw bytes.malformed('a section ends that never began');
    const type = bytes.u8();
    if (type === element.sectionStart) {
      const inner = new Map<string, ViciValue>();
      section.set(name(bytes), inner);
      open.push(inner);
      if (open.length > maxDepth) throw bytes.malformed(`sections in ${maxDepth} sections`);
    } else if (type === element.sectionEnd) open.pop();
    else if (type === element.keyValue) section.set(name(bytes), value(bytes));
    else if (type === element.listStart) section.set(name(bytes), list(bytes));
    else throw bytes.malformed(`element of type ${type} at offset ${bytes.at - 1}`);
  }
  if (open.length !== 1) throw bytes.malformed(`${open.length} sections are open at the end`);
  return root;
}

function name(bytes: Bytes): string {
  return latin1(bytes.take(bytes.u8()));
}

function value(bytes: Bytes): string {
  return latin1(bytes.take(bytes.u16()));
}

function list(bytes: Bytes): string[] {
  const items: string[] = [];
  for (let type = bytes.u8(); type !== element.listEnd; type = bytes.u8()) {
    if (type !== element.listItem) throw bytes.malformed(`element of type ${type} in a list`);
    items.push(value(bytes));
  }
  return items;
}

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join('');
}

/** Writes a message. Names are at most 255 octets, values at most 65535; longer ones are refused. */
export function encodeMessage(section: ViciSection): Uint8Array {
  const out: number[] = [];
  write(section, out);
  return Uint8Array.from(out);
}

function write(section: ViciSection, out: number[]): void {
  for (const [key, one] of section) {
    if (typeof one === 'string') {
      out.push(element.keyValue);
      text(key, 1, out);
      text(one, 2, out);
    } else if (one instanceof Map) {
      out.push(element.sectionStart);
      text(key, 1, out);
      write(one, out);
      out.push(element.sectionEnd);
    } else {
      out.push(element.listStart);
      text(key, 1, out);
      for (const item of one as readonly string[]) {
        out.push(element.listItem);
        text(item, 2, out);
      }
      out.push(element.listEnd);
    }
  }
}

/** A text with its length in one or two octets in front. */
function text(words: string, lengthOctets: 1 | 2, out: number[]): void {
  const { length } = words;
  if (length >= 2 ** (8 * lengthOctets))
    throw new Bytes(Uint8Array.of(), 'vici message').malformed(`a text of ${length}`);
  if (lengthOctets === 2) out.push(length >> 8);
  out.push(length & 0xff);
  for (let index = 0; index < length; index += 1) out.push(words.charCodeAt(index) & 0xff);
}
