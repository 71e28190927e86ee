import { type End, peerAddress } from './connection.ts';
import { hostNetwork } from './network.ts';
import type { TrafficSelector } from './traffic-selector.ts';

/** A traffic selector with all its parts. */
export interface FullSelector {
  /** CIDR. */
  readonly network: string;
  readonly protocol?: number;
  readonly port?: number;
  readonly icmpType?: number;
}

/** Protocols by their names in /etc/protocols, where all daemons have a name for them. */
export const protocolNames: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'ipv6-icmp' };

/** The selectors of an end as the other end knows them; its address alone where none are given. */
export function selectorsOf(end: End, seen: 'by-itself' | 'by-peer'): readonly FullSelector[] {
  if (end.selectors !== undefined && end.selectors.length > 0) return end.selectors.map(fullSelector);
  const outside = peerAddress(end);
  return [{ network: hostNetwork(seen === 'by-itself' || outside === 'any' ? end.address : outside) }];
}

/** A selector with all its parts. */
export function fullSelector(selector: TrafficSelector): FullSelector {
  return typeof selector === 'string' ? { network: selector } : selector;
}
