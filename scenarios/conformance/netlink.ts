/** Messages of XFRM as include/uapi/linux/xfrm.h lays them out on x86-64, for what iproute2 has no words for or does not print. */
import type { Host } from 'espalier';
import { addresses, type Family, outSpi } from './labs.ts';

export const types = {
  'new-sa': 0x10,
  'delete-sa': 0x11,
  'get-sa': 0x12,
  'new-policy': 0x13,
  'delete-policy': 0x14,
  'update-policy': 0x19,
  'update-sa': 0x1a,
  expire: 0x18,
  'policy-expire': 0x1b,
  'flush-sas': 0x1c,
  'flush-policies': 0x1d,
  'new-ae': 0x1e,
  'get-ae': 0x1f,
} as const;

/** XFRMA_… */
export const attributes = {
  integrity: 1,
  encryption: 2,
  encapsulation: 4,
  'replay-threshold': 11,
  'timer-threshold': 12,
  aead: 18,
  'truncated-integrity': 20,
  mark: 21,
  direction: 33,
  keepalive: 34,
  cpu: 35,
} as const;

export const familyNumbers = { 4: 2, 6: 10 } as const;
export const esp = 50;

/** The octets of an address. */
export function octetsOf(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail)];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 255]));
}

/** Who sends: the port of the socket in `converse`. */
export const port = 4711;

/** NLM_F_REQUEST and NLM_F_ACK; the same with NLM_F_REPLACE. */
export const [asking, replacing] = [0x5, 0x105];

/** A message that is to be acknowledged. */
export function message(
  type: keyof typeof types,
  body: Uint8Array,
  { flags = asking, number = 0 }: { readonly flags?: number; readonly number?: number } = {},
): Uint8Array {
  const bytes = Buffer.alloc(16 + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(types[type], 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(number, 8);
  bytes.writeUInt32LE(port, 12);
  bytes.set(body, 16);
  return bytes;
}

const aligned = (length: number): number => (length + 3) & ~3;

export function attribute(type: keyof typeof attributes, value: Uint8Array | number): Uint8Array {
  const content = typeof value === 'number' ? word(value) : value;
  const bytes = Buffer.alloc(aligned(4 + content.length));
  bytes.writeUInt16LE(4 + content.length, 0);
  bytes.writeUInt16LE(attributes[type], 2);
  bytes.set(content, 4);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** struct xfrm_algo, with the length of the ICV in bits also xfrm_algo_auth and xfrm_algo_aead. */
export function algorithm(name: string, key: Uint8Array, icv?: number): Uint8Array {
  const lengths = [key.length * 8, ...(icv === undefined ? [] : [icv])].map(word);
  return Buffer.concat([Buffer.from(name.padEnd(64, '\0')), ...lengths, key]);
}

/** struct xfrm_usersa_info of an SA from west to east, in transport mode, without limits; and what follows it. */
export function saBody(family: Family, following: readonly Uint8Array[], spi = outSpi): Uint8Array {
  const body = Buffer.alloc(224);
  body.set(octetsOf(addresses[family].east), 56);
  body.writeUInt32BE(spi, 72);
  body.writeUInt8(esp, 76);
  body.set(octetsOf(addresses[family].west), 80);
  body.fill(0xff, 96, 128);
  body.writeUInt16LE(familyNumbers[family], 212);
  return Buffer.concat([body, ...following]);
}

/** struct xfrm_usersa_id of that SA. */
export function saId(family: Family, spi = outSpi): Uint8Array {
  const body = Buffer.alloc(24);
  body.set(octetsOf(addresses[family].east), 0);
  body.writeUInt32BE(spi, 16);
  body.writeUInt16LE(familyNumbers[family], 20);
  body.writeUInt8(esp, 22);
  return body;
}

/** A message that the kernel sent. */
export interface Told {
  readonly type: number;
  /** Of what it answers or announces: number and port of the request. */
  readonly number: number;
  readonly port: number;
  readonly body: Buffer;
}

const program = `import socket,sys
s=socket.socket(socket.AF_NETLINK,socket.SOCK_RAW,6)
s.bind((${port},int(sys.argv[1])))
for line in open("/run/messages"):
 s.setblocking(True)
 s.send(bytes.fromhex(line))
 s.setblocking(False)
 try:
  while True: print(s.recv(1<<16)[:int(sys.argv[2])].hex())
 except BlockingIOError: pass
`;

/**
 * Sends messages by one socket, which also hears what is told to multicast groups; returns all that it hears. The kernel answers and
 * announces before a message counts as sent.
 * @param groups bits of XFRMNLGRP_…: 4 SAs, 8 policies
 * @param octets so many of each datagram are read
 */
export async function converse(
  host: Host,
  messages: readonly Uint8Array[],
  { groups = 0, octets = 1 << 16 } = {},
): Promise<readonly Told[]> {
  await host.writeFile('/run/messages', messages.map((one) => `${Buffer.from(one).toString('hex')}\n`).join(''));
  await host.writeFile('/run/converse.py', program);
  const { stdout } = await host.exec(`python3 /run/converse.py ${groups} ${octets}`);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : toldIn(Buffer.from(line, 'hex'))));
}

function toldIn(datagram: Buffer): Told[] {
  const told: Told[] = [];
  for (let at = 0; at + 16 <= datagram.length; at += Math.max(16, aligned(datagram.readUInt32LE(at)))) {
    told.push({
      type: datagram.readUInt16LE(at + 4),
      number: datagram.readUInt32LE(at + 8),
      port: datagram.readUInt32LE(at + 12),
      body: datagram.subarray(at + 16, at + datagram.readUInt32LE(at)),
    });
  }
  return told;
}

/** The attributes behind a structure of so many octets. */
export function attributesOf({ body }: Told, structure: number): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = structure; at + 4 <= body.length; at += Math.max(4, aligned(body.readUInt16LE(at)))) {
    found.set(body.readUInt16LE(at + 2), body.subarray(at + 4, at + body.readUInt16LE(at)));
  }
  return found;
}
