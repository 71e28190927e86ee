import {
  extensionTypes,
  messageTypes,
  type PfKeyExtension,
  type PfKeySaType,
  type PfKeyType,
  saTypes,
} from './numbers.ts';

/** A message of PF_KEY (RFC 2367, 2.3) as it is on the socket of x86-64. Numbers without a name here stay numbers. */
export interface PfKeyMessage {
  readonly type: PfKeyType | number;
  /** 0: none. */
  readonly errno: number;
  readonly saType: PfKeySaType | number;
  readonly sequence: number;
  /** Process of the key manager that asked; 0: the kernel itself tells. */
  readonly process: number;
  /** What follows the four octets of length and type of each. */
  readonly extensions: ReadonlyMap<PfKeyExtension | number, Uint8Array>;
}

/** PF_KEY_V2. */
const version = 2;
const [headOctets, word] = [16, 8];

/** Who asks, where it does not matter. */
const anyProcess = 1;

/** Lengths are in words of eight octets. */
export function extensionBytes(type: PfKeyExtension | number, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil((4 + content.length) / word) * word);
  bytes.writeUInt16LE(bytes.length / word, 0);
  bytes.writeUInt16LE(typeof type === 'number' ? type : extensionTypes[type], 2);
  bytes.set(content, 4);
  return bytes;
}

/** A message that asks for something. */
export function messageBytes(type: PfKeyType, saType: PfKeySaType, extensions: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(headOctets);
  const bytes = Buffer.concat([head, ...extensions]);
  bytes.set([version, messageTypes[type], 0, saTypes[saType]]);
  bytes.writeUInt16LE(bytes.length / word, 4);
  bytes.writeUInt32LE(anyProcess, 12);
  return bytes;
}

/** Reads what a socket gave as one message; `undefined` where it is none. Of an extension that comes twice the first one counts. */
export function readMessage(octets: Uint8Array): PfKeyMessage | undefined {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (bytes.length < headOctets || bytes[0] !== version || bytes.readUInt16LE(4) * word !== bytes.length)
    return undefined;
  const extensions = readExtensions(bytes.subarray(headOctets));
  return (
    extensions && {
      type: named(messageTypes, bytes.readUInt8(1)),
      errno: bytes.readUInt8(2),
      saType: named(saTypes, bytes.readUInt8(3)),
      sequence: bytes.readUInt32LE(8),
      process: bytes.readUInt32LE(12),
      extensions,
    }
  );
}

function readExtensions(bytes: Buffer): Map<PfKeyExtension | number, Uint8Array> | undefined {
  const found = new Map<PfKeyExtension | number, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16LE(at) * word;
    if (length === 0 || at + length > bytes.length) return undefined;
    const type = named(extensionTypes, bytes.readUInt16LE(at + 2));
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + length));
    at += length;
  }
  return found;
}

function named<Name extends string>(numbers: Readonly<Record<Name, number>>, number: number): Name | number {
  const found = Object.entries(numbers).find(([, one]) => one === number);
  return (found?.[0] as Name | undefined) ?? number;
}
