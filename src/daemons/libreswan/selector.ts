import { type FullSelector, protocolNames } from '../../connection/selectors.ts';
import { isAtLeast } from '../version.ts';
import type { Setting } from './setting.ts';

/** `192.0.2.0/24/tcp/80`. An ICMP type stands in the higher octet of a port (RFC 7296, 3.13.1). */
export function selectorWord({ network, protocol, port, icmpType }: FullSelector): string {
  const part = icmpType === undefined ? port : icmpType * 256;
  const name = protocol === undefined ? '' : `/${protocolNames[protocol] ?? protocol}`;
  return `${network}${name}${part === undefined ? '' : `/${part}`}`;
}

/**
 * The selectors of one side of a `conn`. Before 5.0 the protocol and the port of the only one stand beside its network, as `udp/6081` or `udp`; and a network that is the
 * host's own address, which is the default, does not stand there at all: transport mode takes no other.
 */
export function selectorSettings(
  side: 'left' | 'right',
  selectors: readonly FullSelector[],
  { version, ownNetwork }: { readonly version: string; readonly ownNetwork: string },
): Setting[] {
  const [only] = selectors;
  if (isAtLeast(version, '5.0') || only?.protocol === undefined) {
    return [[`${side}subnet`, selectors.map(selectorWord).join(',')]];
  }
  const { network } = only;
  return [
    [`${side}subnet`, network === ownNetwork ? undefined : network],
    [`${side}protoport`, selectorWord(only).slice(network.length + 1)],
  ];
}
