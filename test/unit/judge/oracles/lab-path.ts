/** Frames of a lab in which west and east speak IKE through nic, a router, and road speaks with east alone. */

import type { SeenFrame } from '../../../../src/evidence/evidence.ts';
import { bytes, concat, ipv4, u32, udp } from '../../evidence/build.ts';
import { type Host, seen } from './evidence.ts';

export const addresses = { west: '192.1.2.45', east: '192.1.2.23', road: '192.1.3.209', nat: '192.1.2.254' } as const;

interface Sent {
  readonly source: string;
  readonly destination: string;
  /** 16 hexadecimal digits. */
  readonly spi?: string;
  /** Both SPIs, 32 digits. */
  readonly spis?: string;
  readonly hopLimit?: number;
  /** What tells messages of one IKE SA apart. */
  readonly id?: number;
}

/** An IPv4 packet between two addresses. */
export function between({ source, destination, hopLimit = 64 }: Sent, packet: Uint8Array): Uint8Array {
  const octets = (address: string): number[] => address.split('.').map(Number);
  const made = Uint8Array.from(packet);
  made[8] = hopLimit;
  made.set([...octets(source), ...octets(destination)], 12);
  return made;
}

/** The header of an IKE_SA_INIT, without payloads. */
export function ikeBytes({
  spi = '0102030405060708',
  spis = `${spi}0000000000000000`,
  id = 0,
}: Partial<Sent>): Uint8Array {
  return concat([bytes(`${spis} 00202208`), u32(id), u32(28)]);
}

export const ikePacket = (sent: Sent): Uint8Array => between(sent, ipv4(17, udp(500, 500, ikeBytes(sent))));

/** An IKE message as a host puts it on a link. */
export function ike(at: number, sender: Host | '', sent: Sent): SeenFrame {
  return seen(at, ikePacket(sent), sender);
}

const { west, east, road } = addresses;
const there = { source: west, destination: east, id: 1 };
const back = { source: east, destination: west, id: 2 };
const other = { source: road, destination: east, spi: '1112131415161718' };

/** What is on the links of the lab. */
export const labFrames: readonly SeenFrame[] = [
  ike(1, 'west', there),
  ike(1.1, 'nic', { ...there, hopLimit: 63 }),
  ike(1.2, 'east', back),
  ike(1.3, 'nic', { ...back, hopLimit: 63 }),
  ike(1.4, 'road', other),
];
