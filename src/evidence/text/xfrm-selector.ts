import type { TextSelector } from './kernel-facts.ts';
import { defined, shown } from './shown.ts';

/** Names that iproute2 has for protocols (lib/inet_proto.c asks /etc/protocols) of those that a selector may hold. */
const protocols: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  comp: 108,
  ipcomp: 108,
  l2tp: 115,
  sctp: 132,
};

/** Reads `src 192.0.1.0/24 dst 192.0.2.0/24 proto tcp sport 80 dport 90 dev eth0 uid 0` (ip/ipxfrm.c, xfrm_selector_print). */
export function readTextSelector(text: string): TextSelector | undefined {
  const words = pairs(text);
  const source = network(words.get('src'));
  const destination = network(words.get('dst'));
  if (source === undefined || destination === undefined) return undefined;
  const number = (...names: readonly string[]): string | number | undefined => {
    const found = names.map((name) => words.get(name)).find((word) => word !== undefined);
    return found === undefined ? undefined : shown(found);
  };
  const protocol = words.get('proto') ?? '0';
  const user = Number(words.get('uid') ?? 0);
  return {
    source,
    destination,
    protocol: protocols[protocol] ?? shown(protocol),
    ...defined({
      sourcePort: number('sport', 'type', 'key'),
      destinationPort: number('dport', 'code'),
      device: words.get('dev'),
      user: user > 0 ? user : undefined,
    }),
  };
}

/** `NAME VALUE NAME VALUE …`, the first of a name counts. */
export function pairs(text: string): Map<string, string> {
  const words = text.trim().split(/\s+/);
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [name = '', value = ''] = words.slice(index, index + 2);
    if (!found.has(name)) found.set(name, value);
  }
  return found;
}

function network(text: string | undefined): { address: string; prefix: number } | undefined {
  const [, address, prefix] = /^([\w.:]{1,60})(?:\/(\d{1,3}))?$/.exec(text ?? '') ?? [];
  if (address === undefined) return undefined;
  return { address, prefix: Number(prefix ?? (address.includes(':') ? 128 : 32)) };
}
