import { peerAddress, type TunnelInterface } from '../connection/connection.ts';
import { networkHolds } from '../connection/network.ts';
import { selectorsOf } from '../connection/selectors.ts';
import { childViews, type View } from '../connection/view.ts';

/** The name of an end's interface. */
export function interfaceName({ kind, id }: TunnelInterface): string {
  return `${kind === 'xfrm' ? 'ipsec' : 'vti'}${id}`;
}

/**
 * Lines that make the interfaces of these connections, and lead to each the networks that its peers have; for daemons that leave that to
 * others. A network in which the peer itself lies is left to the scenario: a route there would lead ESP back into the tunnel.
 */
export function interfaceLines(views: readonly View[]): string[] {
  return [...new Set(views.flatMap(childViews).flatMap(linesOf))];
}

function linesOf(view: View): string[] {
  const { local, remote } = view;
  if (local.interface === undefined) return [];
  const name = interfaceName(local.interface);
  const peer = peerAddress(remote);
  const networks = selectorsOf(remote, 'by-peer').filter(
    ({ network }) => peer === 'any' || !networkHolds(network, peer),
  );
  return [
    `test -e /sys/class/net/${name} || ip link add ${name} ${typeOf(view, local.interface)}`,
    // What comes out of a VTI has been checked by its SA (Documentation/networking/ip-sysctl.rst, disable_policy).
    ...(local.interface.kind === 'vti' ? [`sysctl -qw net.ipv4.conf.${name}.disable_policy=1`] : []),
    `ip link set ${name} up`,
    ...networks.map(({ network }) => `ip route replace ${network} dev ${name}`),
  ];
}

function typeOf({ local, remote }: View, { kind, id }: TunnelInterface): string {
  if (kind === 'xfrm') return `type xfrm if_id ${id}`;
  const peer = peerAddress(remote);
  const type = local.address.includes(':') ? 'vti6' : 'vti';
  return `type ${type} local ${local.address}${peer === 'any' ? '' : ` remote ${peer}`} key ${id}`;
}
