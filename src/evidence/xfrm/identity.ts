import type { IpsecPolicy, IpsecSa, Mark, PolicyIdentity, SaIdentity } from '../ipsec.ts';

/** The part of an SA by which its host knows it. */
export function saIdentity({ protocol, spi, destination, mark }: IpsecSa): SaIdentity {
  return { protocol, spi, destination, ...(mark && { mark }) };
}

/** The part of a policy by which its host knows it. */
export function policyIdentity({ direction, selector, type, mark, ifId }: IpsecPolicy): PolicyIdentity {
  return { direction, selector, type, ...(mark && { mark }), ...(ifId !== undefined && { ifId }) };
}

/** Equal for equal identities, and for nothing else. Readable: `esp 0x1234abcd 192.1.2.23`. */
export function saKey({ protocol, spi, destination, mark }: SaIdentity): string {
  return `${protocol} 0x${spi.toString(16)} ${destination}${markKey(mark)}`;
}

/**
 * Equal for equal identities. Readable: `out 192.0.1.0/24 192.0.2.0/24 main`. Policies of sockets are told apart
 * by their index only: many sockets have one that chooses everything.
 */
export function policyKey(id: PolicyIdentity & { readonly index?: number }): string {
  const { source, destination, protocol, sourcePort, destinationPort, family, ifindex, user } = id.selector;
  const addresses = `${source.address}/${source.prefix} ${destination.address}/${destination.prefix}`;
  const ports = `${sourcePort.port}/${sourcePort.mask} ${destinationPort.port}/${destinationPort.mask}`;
  const upper = protocol === 0 && sourcePort.mask === 0 && destinationPort.mask === 0 ? '' : ` ${protocol} ${ports}`;
  const rest = (family === 0 ? ' af 0' : '') + (ifindex ? ` if ${ifindex}` : '') + (user ? ` user ${user}` : '');
  const own = id.direction.startsWith('socket') ? ` index ${id.index ?? 0}` : '';
  const ifId = id.ifId === undefined ? '' : ` if_id ${id.ifId}`;
  return `${id.direction} ${addresses}${upper}${rest} ${id.type}${markKey(id.mark)}${ifId}${own}`;
}

function markKey(mark: Mark | undefined): string {
  return mark ? ` mark ${mark.value}/${mark.mask}` : '';
}
