import { addressBytes } from '../model/addresses.ts';
import type { End } from './connection.ts';
import { addressFamily } from './network.ts';

/** True for a unicast address that only holds on its link (RFC 4291, 2.5.6): fe80::/10. */
export function isLinkLocal(address: string): boolean {
  if (addressFamily(address) !== 6) return false;
  const [first = 0, second = 0] = addressBytes(address);
  return first === 0xfe && (second & 0xc0) === 0x80;
}

/** An address of a connection as the host of this end writes it: behind a link-local one stands the interface (RFC 4007, 11). */
export function zonedAddress(address: string, { zone }: Pick<End, 'zone'>): string {
  return zone !== undefined && isLinkLocal(address) ? `${address}%${zone}` : address;
}
