import type { Bytes } from '../../base/bytes.ts';
import { type Address, addressText } from '../../model/addresses.ts';
import type { Encapsulation, IpsecMode, IpsecProtocol, LifetimeLimits, LifetimeUse, Mark, Selector } from '../ipsec.ts';
import { encapsulationNames, type Flag, modeNames, protocolNames } from './numbers.ts';

/*
 * Structures of include/uapi/linux/xfrm.h as x86-64 lays them out. Addresses, SPIs and ports are in network order
 * (big endian), all else in that of the host (little endian).
 */

/** 0 for AF_UNSPEC, 4 for AF_INET, 6 for AF_INET6; others are an error. */
export function readFamily(bytes: Bytes): 0 | 4 | 6 {
  const family = bytes.u16Le();
  const known = family === 2 ? 4 : family === 10 ? 6 : 0;
  if (known === 0 && family !== 0) throw bytes.malformed(`address family ${family}`);
  return known;
}

/** As `readFamily`, where there must be one. */
export function readKnownFamily(bytes: Bytes): 4 | 6 {
  const family = readFamily(bytes);
  if (family === 0) throw bytes.malformed('no address family');
  return family;
}

/** xfrm_address_t: 16 bytes, of which IPv4 uses the first 4. Without a family, the unused part tells. */
export function addressOf(raw: Uint8Array, family: 0 | 4 | 6): Address {
  const short = family === 0 ? raw.every((byte, at) => at < 4 || byte === 0) : family === 4;
  return addressText(short ? raw.subarray(0, 4) : raw);
}

export function protocolName(protocol: number): IpsecProtocol {
  return protocolNames[protocol] ?? `${protocol}`;
}

export function modeName(mode: number): IpsecMode {
  return modeNames[mode] ?? `${mode}`;
}

/** Names of the bits that are set, in the order of the table. Bits without a name are given in digits. */
export function flagNames(value: number, table: readonly Flag[]): string[] {
  if (value === 0) return [];
  const names = table.filter(([, bit]) => (value & bit) !== 0).map(([name]) => name);
  const rest = table.reduce((left, [, bit]) => left & ~bit, value);
  return rest === 0 ? names : [...names, String(rest >>> 0)];
}

/** struct xfrm_selector, 56 bytes. */
export function readSelector(bytes: Bytes): Selector {
  const destination = bytes.take(16);
  const source = bytes.take(16);
  const destinationPort = { port: bytes.u16(), mask: bytes.u16() };
  const sourcePort = { port: bytes.u16(), mask: bytes.u16() };
  const family = readFamily(bytes);
  const destinationPrefix = bytes.u8();
  const sourcePrefix = bytes.u8();
  const protocol = bytes.u8();
  bytes.skip(3);
  return {
    family,
    source: { address: addressOf(source, family), prefix: sourcePrefix },
    destination: { address: addressOf(destination, family), prefix: destinationPrefix },
    protocol,
    sourcePort,
    destinationPort,
    ifindex: bytes.u32Le() | 0,
    user: bytes.u32Le(),
  };
}

/** XFRM_INF. */
const unlimited = 2n ** 64n - 1n;

/** struct xfrm_lifetime_cfg, 64 bytes. No seconds at all are no limit; no bytes or packets at all are one. */
export function readLimits(bytes: Bytes): LifetimeLimits {
  const limits: { -readonly [Key in keyof LifetimeLimits]: LifetimeLimits[Key] } = {};
  for (const name of ['softBytes', 'hardBytes', 'softPackets', 'hardPackets'] as const) {
    const limit = bytes.u64Le();
    if (limit !== unlimited) limits[name] = limit;
  }
  for (const name of ['softAddSeconds', 'hardAddSeconds', 'softUseSeconds', 'hardUseSeconds'] as const) {
    const limit = bytes.u64Le();
    if (limit !== unlimited && limit !== 0n) limits[name] = limit;
  }
  return limits;
}

/** struct xfrm_lifetime_cur, 32 bytes. */
export function readUse(bytes: Bytes): LifetimeUse {
  return { bytes: bytes.u64Le(), packets: bytes.u64Le(), addTime: bytes.u64Le(), useTime: bytes.u64Le() };
}

/** struct xfrm_mark, 8 bytes. */
export function readMark(bytes: Bytes): Mark {
  return { value: bytes.u32Le(), mask: bytes.u32Le() };
}

/** struct xfrm_encap_tmpl, 24 bytes. */
export function readEncapsulation(bytes: Bytes, family: 4 | 6): Encapsulation {
  const type = bytes.u16Le();
  const sourcePort = bytes.u16();
  const destinationPort = bytes.u16();
  bytes.skip(2);
  const originalAddress = addressOf(bytes.take(16), family);
  return { type: encapsulationNames[type] ?? `${type}`, sourcePort, destinationPort, originalAddress };
}
