import { type FullSelector, protocolNames } from '../../connection/selectors.ts';

/** `192.0.2.0/24/tcp/80`. An ICMP type stands in the higher octet of a port (RFC 7296, 3.13.1). */
export function selectorWord({ network, protocol, port, icmpType }: FullSelector): string {
  const part = icmpType === undefined ? port : icmpType * 256;
  const name = protocol === undefined ? '' : `/${protocolNames[protocol] ?? protocol}`;
  return `${network}${name}${part === undefined ? '' : `/${part}`}`;
}
