import { peerAddress } from '../../connection/connection.ts';
import { addressFamily, networkHolds } from '../../connection/network.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import { isLinkLocal } from '../../connection/zone.ts';
import { prefixContains, prefixOf, withoutPrefix } from '../../model/addresses.ts';
import type { Host, Topology } from '../../model/topology.ts';
import type { HostSpec } from './api/hosts.ts';
import type { HostDaemon } from './drive/daemon-host.ts';

/** What hints are drawn from. */
export interface Declaring {
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly topology: Topology;
  readonly daemons: ReadonlyMap<string, HostDaemon>;
}

/**
 * What of a network and its connections looks like a mistake, a line each for people. A scenario may mend all of it while it runs, so these lines are shown only
 * where something failed.
 */
export function hintsOf(declaring: Declaring): string[] {
  const hints = [...declaring.daemons].flatMap(([name, { views }]) => {
    const host = declaring.topology.hosts.find((one) => one.name === name);
    return host === undefined ? [] : views.flatMap((view) => hintsOfView(host, view, declaring));
  });
  return [...new Set(hints)];
}

function hintsOfView(host: Host, view: View, declaring: Declaring): string[] {
  // Nobody needs a route to an address that is not the peer's outside.
  const path = hiddenPeer(host, view, declaring) ?? noRoute(host, view, declaring);
  return [path, noInnerAddress(host, view)].filter((one) => one !== undefined);
}

function noRoute(host: Host, { remote }: View, { topology }: Declaring): string | undefined {
  const peer = peerAddress(remote);
  if (addressFamily(peer) === undefined || isLinkLocal(peer) || isReachable(host, peer)) return undefined;
  const router = topology.hosts.find((one) => one !== host && shareLink(one, host) && isReachable(one, peer));
  const via = router === undefined ? 'ROUTER' : router.name;
  return `${host.name} has no route to ${peer}, the address of ${remote.host}: routes: { default: '${via}' }`;
}

function isReachable({ nics, routes }: Host, address: string): boolean {
  const near = nics.some(({ addresses }) => addresses.some((own) => prefixContains(prefixOf(own), address)));
  return near || routes.some(({ to, via }) => (to === 'default' ? isAlike(via, address) : networkHolds(to, address)));
}

function isAlike(one: string, other: string): boolean {
  return addressFamily(one) === addressFamily(other);
}

/** Behind a NAT box a host has another address than the one that it has itself. */
function hiddenPeer(host: Host, { remote }: View, { hosts, topology }: Declaring): string | undefined {
  const peer = topology.hosts.find(({ name }) => name === remote.host);
  if (peer === undefined || shareLink(host, peer) || peerAddress(remote) !== remote.address) return undefined;
  const box = topology.hosts.find(({ name, ...one }) => {
    const spec = hosts[name];
    return spec?.kind === 'nat' && linksOf(one).some((link) => link !== spec.outside && linksOf(peer).includes(link));
  });
  if (box === undefined) return undefined;
  return `${host.name} cannot see ${remote.host} at ${remote.address}, which is behind the NAT box ${box.name}: its end needs seenAs: 'any'`;
}

/** What a gateway has in its own selectors is the address by which one can send and be reached through the tunnel. */
function noInnerAddress(host: Host, { local }: View): string | undefined {
  if (local.selectors === undefined || local.requests !== undefined) return undefined;
  const networks = selectorsOf(local, 'by-itself').map(({ network }) => network);
  const own = host.nics.flatMap(({ addresses }) => addresses.map(withoutPrefix));
  if (networks.some((network) => own.some((address) => prefixContains(prefixOf(network), address)))) return undefined;
  const [network = ''] = networks;
  return `${host.name} has no address in its selectors ${networks.join(', ')}: add a link for it, such as inner: { ${host.name}: ['ADDRESS/${network.split('/')[1]}'] }`;
}

function linksOf({ nics }: Pick<Host, 'nics'>): string[] {
  return nics.map(({ link }) => link);
}

function shareLink(one: Host, other: Host): boolean {
  return linksOf(one).some((link) => linksOf(other).includes(link));
}
