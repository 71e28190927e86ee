/** Lines that change what a host's network is, for handles to type. */
import { EspalierError } from '../../../base/errors.ts';
import { addressFamily, parseNetwork } from '../../../connection/network.ts';
import { addressBytes, canonicalAddress } from '../../../model/addresses.ts';
import type { Rejection } from '../api/handles.ts';

/** An interface and the addresses that it has, with prefix lengths. */
export interface Numbered {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Gives an interface other addresses. The new ones are there before the old ones go: an interface without any loses its routes. */
export function renumberLines({ name, addresses }: Numbered, fresh: readonly string[]): string[] {
  const gone = addresses.filter((address) => !fresh.includes(address));
  const added = fresh.filter((address) => !addresses.includes(address));
  return [
    // Else a new address of the same network, which is a secondary one, goes with the old one (ip-sysctl.rst).
    `echo 1 >/proc/sys/net/ipv4/conf/${name}/promote_secondaries`,
    ...added.map((address) => `ip addr add ${address} dev ${name}${address.includes(':') ? ' nodad' : ''}`),
    ...gone.map((address) => `ip addr del ${address} dev ${name}`),
  ];
}

/** `192.0.2.9/24` in its canonical form. Raises `scenario` for what is no address with a prefix length. */
export function checkedAddress(text: string): string {
  const [address = '', length = ''] = text.split('/');
  try {
    if (/^\d{1,3}$/.test(length) && Number(length) <= addressBytes(address).length * 8)
      return `${canonicalAddress(address)}/${length}`;
  } catch {
    // told below
  }
  const remedy = 'write it as 192.0.2.1/24';
  throw new EspalierError('scenario', `${JSON.stringify(text)} is no address with a prefix length`, { remedy });
}

/**
 * Replaces a route, or removes it where it leads nowhere. Raises `scenario` for what is no route; whether its gateway can be reached is known to the
 * host alone.
 */
export function rerouteLine(to: string, via: string | undefined): string {
  if (!isDestination(to)) {
    const remedy = 'write it as 10.2.0.0/24, with host bits of zero, or default';
    throw new EspalierError('scenario', `${JSON.stringify(to)} is no destination of a route`, { remedy });
  }
  if (via !== undefined && addressFamily(via) === undefined) {
    const remedy = 'write it as 192.0.2.1';
    throw new EspalierError('scenario', `${JSON.stringify(via)} is no address of a gateway`, { remedy });
  }
  const family = (via ?? to).includes(':') ? '-6 ' : '';
  return via === undefined ? `ip ${family}route del ${to}` : `ip ${family}route replace ${to} via ${via}`;
}

/** What the kernel takes for the destination of a route: `default`, an address, or a network without host bits. */
export function isDestination(to: string): boolean {
  return to === 'default' || addressFamily(to) !== undefined || parseNetwork(to) !== undefined;
}

const table = 'inet espalier-reject';

/** Has a router answer with ICMP errors; a table of its own is there from the first rule on. */
export function rejectLines({ from, to, udpPort, answer = 'host-unreachable' }: Rejection): string[] {
  const parts = [
    ...(from === undefined ? [] : [`${familyOf(from)} saddr ${from}`]),
    ...(to === undefined ? [] : [`${familyOf(to)} daddr ${to}`]),
    ...(udpPort === undefined ? [] : [`udp dport ${udpPort}`]),
  ];
  return [
    `nft add table ${table}`,
    `nft 'add chain ${table} forward { type filter hook forward priority -10; }'`,
    `nft add rule ${table} forward ${[...parts, `reject with icmpx ${answer}`].join(' ')}`,
  ];
}

/** Takes all of them back. */
export const acceptLine = `nft delete table ${table}`;

function familyOf(network: string): 'ip' | 'ip6' {
  return network.includes(':') ? 'ip6' : 'ip';
}
