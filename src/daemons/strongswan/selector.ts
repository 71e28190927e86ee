import { type FullSelector, protocolNames } from '../../connection/selectors.ts';

/** `10.1.0.0/16[tcp/http]`. */
export function selectorWord({ network, protocol, port, icmpType }: FullSelector): string {
  if (protocol === undefined) return network;
  const part = port ?? icmpType;
  return `${network}[${protocolNames[protocol] ?? protocol}${part === undefined ? '' : `/${part}`}]`;
}
