import type { IpsecPolicy, IpsecSa, SaIdentity } from '../ipsec.ts';
import { policyKey, saKey } from '../xfrm/identity.ts';
import type { TableRules } from './reconcile.ts';

/** IP-in-IP states (IPPROTO_IPIP, IPPROTO_IPV6), which the kernel makes below IPComp tunnels. */
const companions: ReadonlySet<string> = new Set(['4', '41']);

/**
 * SAs. Silent are larval ones (who asks for an SPI gets the only answer, and acquires go to a group that no
 * observer may join) and the companions of IPComp.
 */
export const saRules: TableRules<IpsecSa> = {
  table: 'sa',
  key: (sa) => saTableKey(sa, sa),
  silent: ({ larval, protocol }) => larval || companions.has(protocol),
  fixed: [
    'protocol',
    'spi',
    'source',
    'destination',
    'mode',
    'reqid',
    'direction',
    'selector',
    'encryption',
    'integrity',
    'aead',
    'compression',
    'encapsulation',
    'esn',
    'replayWindow',
    'mark',
    'outputMark',
    'ifId',
    'flags',
    'lifetime',
  ],
};

/** Acquires have no SPI yet: what they are for tells them apart. */
export function saTableKey(
  id: SaIdentity,
  { source, selector, reqid }: Pick<IpsecSa, 'source' | 'selector' | 'reqid'>,
): string {
  if (id.spi !== 0) return saKey(id);
  const { protocol, sourcePort, destinationPort } = selector;
  const flow = `${selector.source.address} ${selector.destination.address} ${protocol}`;
  return `${saKey(id)} from ${source} for ${flow} ${sourcePort.port} ${destinationPort.port} reqid ${reqid}`;
}

/** Policies. Silent are those of sockets (IP_XFRM_POLICY), which nobody announces. */
export const policyRules: TableRules<IpsecPolicy> = {
  table: 'policy',
  key: policyKey,
  silent: ({ direction }) => direction.startsWith('socket'),
  fixed: [
    'direction',
    'selector',
    'action',
    'priority',
    'index',
    'type',
    'templates',
    'mark',
    'ifId',
    'flags',
    'lifetime',
  ],
};
