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
  const all = views.flatMap(childViews);
  const names = new Set(
    all.flatMap(({ local }) => (local.interface === undefined ? [] : interfaceName(local.interface))),
  );
  return [...names].flatMap((name) =>
    linesOf(
      name,
      all.filter(({ local }) => local.interface !== undefined && interfaceName(local.interface) === name),
    ),
  );
}

/** An interface, and the Child SAs that share it. */
function linesOf(name: string, views: readonly View[]): string[] {
  const [own] = views.flatMap(({ local }) => local.interface ?? []);
  if (own === undefined) return [];
  return [
    `test -e /sys/class/net/${name} || ip link add ${name} ${typeOf(own, views)}`,
    // What comes out of a VTI has been checked by its SA (Documentation/networking/ip-sysctl.rst, disable_policy).
    ...(own.kind === 'vti' ? [`sysctl -qw net.ipv4.conf.${name}.disable_policy=1`] : []),
    `ip link set ${name} up`,
    ...new Set(views.flatMap(networksOf).map((network) => `ip route replace ${network} dev ${name}`)),
  ];
}

function networksOf({ remote }: View): string[] {
  const peer = peerAddress(remote);
  const networks = selectorsOf(remote, 'by-peer').map(({ network }) => network);
  return networks.filter((network) => peer === 'any' || !networkHolds(network, peer));
}

/** A VTI has the addresses of its ends where all Child SAs have the same, and takes packets from and to any otherwise. */
function typeOf({ kind, id }: TunnelInterface, views: readonly View[]): string {
  if (kind === 'xfrm') return `type xfrm if_id ${id}`;
  const type = views.some(({ local }) => local.address.includes(':')) ? 'vti6' : 'vti';
  const part = (word: string, addresses: readonly string[]): string => {
    const [first = 'any', ...others] = new Set(addresses);
    return first === 'any' || others.length > 0 ? '' : ` ${word} ${first}`;
  };
  const own = views.map(({ local }) => local.address);
  const peers = views.map(({ remote }) => peerAddress(remote));
  return `type ${type}${part('local', own)}${part('remote', peers)} key ${id}`;
}
