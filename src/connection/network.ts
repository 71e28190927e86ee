import { EspalierError } from '../base/errors.ts';
import { addressBytes, addressText, prefixContains, prefixOf } from '../model/addresses.ts';

/** A network: its address in bytes and the length of its prefix. */
export interface Network {
  readonly address: Uint8Array;
  readonly prefix: number;
}

/** 4 or 6; `undefined` where the text is no address. */
export function addressFamily(text: string): 4 | 6 | undefined {
  try {
    return addressBytes(text).length === 4 ? 4 : 6;
  } catch (error) {
    if (error instanceof EspalierError) return undefined;
    throw error;
  }
}

/** Reads a network in CIDR form; `undefined` where it is none, or where host bits are set. */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  if (addressFamily(address) === undefined) return undefined;
  const bytes = addressBytes(address);
  const prefix = Number(digits);
  if (prefix > bytes.length * 8) return undefined;
  const hostBits = bytes.some((byte, index) => {
    const kept = Math.max(0, Math.min(8, prefix - index * 8));
    return (byte & (0xff >> kept)) !== 0;
  });
  return hostBits ? undefined : { address: bytes, prefix };
}

/** True for an address of a network in CIDR form. */
export function networkHolds(network: string, address: string): boolean {
  return prefixContains(prefixOf(network), address);
}

/** The first and the last address of an IPv4 network in CIDR form that hosts can have. */
export function firstAndLast(network: string): [first: string, last: string] {
  const { address, prefix } = prefixOf(network);
  const first = new DataView(Uint8Array.from(addressBytes(address)).buffer).getUint32(0);
  const last = first + 2 ** (32 - prefix) - 1;
  const ends = prefix > 30 ? [first, last] : [first + 1, last - 1];
  return ends.map((one) => addressText(Uint8Array.of(one >>> 24, one >>> 16, one >>> 8, one))) as [string, string];
}

/** The network that holds one address alone. */
export function hostNetwork(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

/** The mask of an IPv4 prefix, 0 to 32, with dots. */
export function netmask(prefix: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor((2 ** 32 - 2 ** (32 - prefix)) / 2 ** shift) % 256).join('.');
}
