import { prefixOf } from '../../model/addresses.ts';
import type { PortMatch, Selector } from '../ipsec.ts';

/** IP protocols by the names that /etc/protocols gives them. */
const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, 'ipv6-icmp': 58, sctp: 132 };

const any: PortMatch = { port: 0, mask: 0 };

interface End {
  readonly address: string;
  readonly prefix: number;
  readonly protocol: number;
  readonly port: PortMatch;
}

/**
 * The selector of two traffic selectors as strongSwan prints them: `10.1.0.0/24`, `10.1.0.0/24[tcp/80]`. Undefined: one is no network
 * in CIDR form, or has a port by the name of a service, or a range.
 */
export function selectorOfTexts(source: string, destination: string): Selector | undefined {
  const [from, to] = [endOf(source), endOf(destination)];
  if (from === undefined || to === undefined) return undefined;
  return {
    family: to.address.includes(':') ? 6 : 4,
    source: { address: from.address, prefix: from.prefix },
    destination: { address: to.address, prefix: to.prefix },
    protocol: from.protocol || to.protocol,
    sourcePort: from.port,
    destinationPort: to.port,
    ifindex: 0,
    user: 0,
  };
}

function endOf(text: string): End | undefined {
  const match = /^([0-9a-f.:]+)\/(\d{1,3})(?:\[([a-z0-9-]+)(?:\/(\d{1,5}))?\])?$/.exec(text);
  if (match === null) return undefined;
  const [, address = '', length = '', name, port] = match;
  const protocol = name === undefined ? 0 : (protocols[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : undefined));
  if (protocol === undefined) return undefined;
  try {
    const { address: network } = prefixOf(`${address}/${length}`);
    return {
      address: network,
      prefix: Number(length),
      protocol,
      port: port === undefined ? any : { port: Number(port), mask: 0xffff },
    };
  } catch {
    return undefined;
  }
}
