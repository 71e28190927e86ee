import { type Address, familyOf, type Prefix, prefixContains } from '../../model/addresses.ts';
import type { PortMatch, Selector } from '../ipsec.ts';

/** One packet's addresses and ports, as a selector sees them (struct flowi). */
export interface Flow {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  /** ICMP and ICMPv6: the type; Mobility Header: its type; GRE: the key's high half. Absent: 0, as in the kernel. */
  readonly sourcePort?: number;
  /** ICMP and ICMPv6: the code; GRE: the key's low half. */
  readonly destinationPort?: number;
  /** The outgoing interface; absent: not compared. */
  readonly ifindex?: number;
}

/** True when a selector chooses a packet (net/xfrm/xfrm_policy.c, __xfrm4_selector_match and its IPv6 twin). */
export function selectorMatches(selector: Selector, flow: Flow): boolean {
  return (
    (selector.protocol === 0 || selector.protocol === flow.protocol) &&
    portMatches(selector.sourcePort, flow.sourcePort) &&
    portMatches(selector.destinationPort, flow.destinationPort) &&
    addressMatches(selector, selector.source, flow.source) &&
    addressMatches(selector, selector.destination, flow.destination) &&
    (selector.ifindex === 0 || flow.ifindex === undefined || selector.ifindex === flow.ifindex)
  );
}

function portMatches({ port, mask }: PortMatch, actual = 0): boolean {
  return ((port ^ actual) & mask) === 0;
}

/** A selector without a family and with an empty prefix takes addresses of both. */
function addressMatches({ family }: Selector, prefix: Prefix, address: Address): boolean {
  if (family === 0 && prefix.prefix === 0) return true;
  if (family !== 0 && family !== familyOf(address)) return false;
  return prefixContains(prefix, address);
}
