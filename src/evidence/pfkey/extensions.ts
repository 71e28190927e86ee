import { addressBytes, addressText, prefixOf } from '../../model/addresses.ts';
import { extensionBytes } from './message.ts';
import type { PfKeyExtension } from './numbers.ts';

/* Extensions of RFC 2367, 2.3, and of Linux: what is sent, and what is read of the answers. */

/** struct sadb_sa. */
export interface PfKeySa {
  readonly spi: number;
  /** Packets, up to 255. */
  readonly replayWindow: number;
  /** Numbers: SADB_AALG_*, and SADB_EALG_* or SADB_X_CALG_*. */
  readonly integrity: number;
  readonly encryption: number;
  /** SADB_SAFLAGS_*. */
  readonly flags: number;
}

/** SADB_SASTATE_MATURE. */
const mature = 1;

export function saExtension({ spi, replayWindow, integrity, encryption, flags }: PfKeySa): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt32BE(spi, 0);
  content.set([replayWindow, mature, integrity, encryption], 4);
  content.writeUInt32LE(flags, 8);
  return extensionBytes('sa', content);
}

/** An SA as the kernel tells it, with its state: 0 larval, 1 mature, 2 dying, 3 dead. */
export function readSa(content: Uint8Array): PfKeySa & { readonly state: number } {
  const bytes = buffer(content);
  const [replayWindow = 0, state = 0, integrity = 0, encryption = 0] = bytes.subarray(4);
  return { spi: bytes.readUInt32BE(0), replayWindow, state, integrity, encryption, flags: bytes.readUInt32LE(8) };
}

/** One end: an address or a network, and what of a port and a protocol. */
export interface PfKeyAddress {
  readonly address: string;
  readonly prefix: number;
  /** 0: any. */
  readonly port: number;
  /** IP protocol; 0 or 255: any. */
  readonly protocol: number;
}

const families = { 4: 2, 6: 10 } as const;

/** struct sadb_address with its sockaddr. */
export function addressExtension(
  type: PfKeyExtension,
  network: string,
  { port = 0, protocol = 0 }: { readonly port?: number; readonly protocol?: number } = {},
): Buffer {
  const { address, prefix } = prefixOf(network);
  return extensionBytes(type, Buffer.concat([Uint8Array.of(protocol, prefix, 0, 0), sockaddr(address, port)]));
}

export function readAddress(content: Uint8Array): PfKeyAddress {
  const bytes = buffer(content);
  const [protocol = 0, prefix = 0] = bytes;
  const isV6 = bytes.readUInt16LE(4) === families[6];
  const octets = isV6 ? bytes.subarray(12, 28) : bytes.subarray(8, 12);
  return { protocol, prefix, port: bytes.readUInt16BE(6), address: addressText(octets) };
}

/** struct sockaddr_in or sockaddr_in6. */
function sockaddr(address: string, port = 0): Buffer {
  const octets = addressBytes(address);
  const isV6 = octets.length === 16;
  const bytes = Buffer.alloc(isV6 ? 28 : 16);
  bytes.writeUInt16LE(families[isV6 ? 6 : 4], 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(octets, isV6 ? 8 : 4);
  return bytes;
}

/** struct sadb_key. */
export function keyExtension(type: 'integrity-key' | 'encryption-key', key: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(key.length * 8, 0);
  return extensionBytes(type, Buffer.concat([head, key]));
}

export function readKey(content: Uint8Array): Uint8Array {
  return content.subarray(4, 4 + Math.ceil(buffer(content).readUInt16LE(0) / 8));
}

/** struct sadb_lifetime. 0: no limit; of a current one: how much was used, and when (seconds since 1970). */
export interface PfKeyLifetime {
  readonly packets: number;
  readonly bytes: bigint;
  readonly addSeconds: bigint;
  readonly useSeconds: bigint;
}

export function lifetimeExtension(type: 'lifetime-hard' | 'lifetime-soft', lifetime: PfKeyLifetime): Buffer {
  const content = Buffer.alloc(28);
  content.writeUInt32LE(lifetime.packets, 0);
  content.writeBigUInt64LE(lifetime.bytes, 4);
  content.writeBigUInt64LE(lifetime.addSeconds, 12);
  content.writeBigUInt64LE(lifetime.useSeconds, 20);
  return extensionBytes(type, content);
}

export function readLifetime(content: Uint8Array): PfKeyLifetime {
  const bytes = buffer(content);
  const [bytesUsed, addSeconds, useSeconds] = [4, 12, 20].map((at) => bytes.readBigUInt64LE(at)) as [
    bigint,
    bigint,
    bigint,
  ];
  return { packets: bytes.readUInt32LE(0), bytes: bytesUsed, addSeconds, useSeconds };
}

/** struct sadb_x_sa2, of Linux and KAME: mode (IPSEC_MODE_*) and reqid. */
export function sa2Extension(mode: number, reqid: number): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt8(mode, 0);
  content.writeUInt32LE(reqid, 8);
  return extensionBytes('sa2', content);
}

export function readSa2(content: Uint8Array): { readonly mode: number; readonly reqid: number } {
  return { mode: content[0] ?? 0, reqid: buffer(content).readUInt32LE(8) };
}

/** struct sadb_spirange. */
export function spiRangeExtension(least: number, most: number): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt32LE(least, 0);
  content.writeUInt32LE(most, 4);
  return extensionBytes('spi-range', content);
}

/** struct sadb_x_nat_t_type and twice sadb_x_nat_t_port. */
export function encapsulationExtensions(type: number, [source, destination]: readonly [number, number]): Buffer[] {
  return [
    extensionBytes('nat-t-type', Uint8Array.of(type, 0, 0, 0)),
    extensionBytes('nat-t-source-port', port(source)),
    extensionBytes('nat-t-destination-port', port(destination)),
  ];
}

function port(number: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeUInt16BE(number, 0);
  return content;
}

/** struct sadb_x_policy without its requests. */
export interface PfKeyPolicy {
  /** IPSEC_POLICY_*. */
  readonly type: number;
  /** IPSEC_DIR_*. */
  readonly direction: number;
  readonly index: number;
  readonly priority: number;
}

export function policyExtension(
  { type, direction, index, priority }: PfKeyPolicy,
  requests: readonly Uint8Array[],
): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt16LE(type, 0);
  content.writeUInt8(direction, 2);
  content.writeUInt32LE(index, 4);
  content.writeUInt32LE(priority, 8);
  return extensionBytes('policy', Buffer.concat([content, ...requests]));
}

export function readPolicy(content: Uint8Array): PfKeyPolicy {
  const bytes = buffer(content);
  const [index, priority] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  return { type: bytes.readUInt16LE(0), direction: bytes.readUInt8(2), index, priority };
}

/** struct sadb_x_ipsecrequest: its length is in octets, and only a tunnel has ends. */
export function ipsecRequest(
  { protocol, mode, level, reqid }: { readonly [Part in 'protocol' | 'mode' | 'level' | 'reqid']: number },
  ends: readonly string[],
): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(16), ...ends.map((end) => sockaddr(end))]);
  bytes.writeUInt16LE(bytes.length, 0);
  bytes.writeUInt16LE(protocol, 2);
  bytes.set([mode, level], 4);
  bytes.writeUInt32LE(reqid, 8);
  return bytes;
}

/** struct sadb_alg: one of a list of SADB_REGISTER's answer. */
export interface PfKeyAlgorithm {
  readonly number: number;
  /** Length of an initialization vector: in bits by RFC 2367, 2.3.8, in octets by Linux. */
  readonly iv: number;
  readonly leastKeyBits: number;
  readonly mostKeyBits: number;
}

export function readSupported(content: Uint8Array): readonly PfKeyAlgorithm[] {
  const bytes = buffer(content);
  // Four octets are reserved, then eight for each; what is left over is padding.
  return Array.from({ length: Math.floor((bytes.length - 4) / 8) }, (_, nth) => {
    const at = 4 + 8 * nth;
    const [leastKeyBits, mostKeyBits] = [bytes.readUInt16LE(at + 2), bytes.readUInt16LE(at + 4)];
    return { number: bytes.readUInt8(at), iv: bytes.readUInt8(at + 1), leastKeyBits, mostKeyBits };
  });
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
