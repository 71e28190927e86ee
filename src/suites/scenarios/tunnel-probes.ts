import { peerAddress } from '../../connection/connection.ts';
import { networkHolds } from '../../connection/network.ts';
import { type FullSelector, selectorsOf } from '../../connection/selectors.ts';
import { childViews, type View } from '../../connection/view.ts';
import { isLinkLocal } from '../../connection/zone.ts';
import { withoutPrefix } from '../../model/addresses.ts';
import type { TunnelProbe, TunnelProbes } from '../../model/suite.ts';
import type { Topology } from '../../model/topology.ts';
import type { HostDaemon } from './drive/daemon-host.ts';

/** An address of each end of each Child SA that connections declare, by which one can ask whether it carries traffic. */
export function tunnelProbes(daemons: ReadonlyMap<string, HostDaemon>, topology: Topology): TunnelProbes {
  // Both ends have a view of it.
  const views = [...daemons].flatMap(([host, { daemon, views: own }]) =>
    own.flatMap(childViews).flatMap((view) => (view.connection.ends[0].host === host ? [{ daemon, view }] : [])),
  );
  const found = views.map(({ daemon, view }) => {
    const { name } = view.connection;
    const peer = daemons.get(view.remote.host)?.daemon;
    const isInKernel = [daemon, peer].every(
      (one) => one !== undefined && one.slice.userspace?.[one.stack] === undefined,
    );
    const why = isInKernel ? refusalOf(view) : 'whose SAs are not in the kernel';
    const probe = why === undefined ? probeOf(view, topology) : undefined;
    return probe ?? { name, why: why ?? 'whose hosts have no addresses in its selectors' };
  });
  return {
    asked: found.filter((one) => 'from' in one),
    unasked: found.filter((one) => 'why' in one),
  };
}

/** Why nobody can say beforehand which addresses a Child SA is for. */
function refusalOf({ connection, local, remote }: View): string | undefined {
  const ends = [local, remote];
  if (ends.some(({ requests }) => requests !== undefined)) return 'whose ends are assigned addresses';
  if (connection.ends.some(({ peerSelectors }) => peerSelectors !== undefined)) return 'which narrows its selectors';
  if (ends.some((end) => end.selectors === undefined && peerAddress(end) !== end.address))
    return 'whose ends are behind a NAT and have no selectors';
  return undefined;
}

function probeOf({ connection: { name }, local, remote }: View, topology: Topology): TunnelProbe | undefined {
  const [from, to] = [local, remote].map((end) => {
    const { nics = [] } = topology.hosts.find((host) => host.name === end.host) ?? {};
    const own = nics.flatMap(({ addresses }) => addresses.map(withoutPrefix));
    const networks = selectorsOf(end, 'by-itself')
      .filter(isPlain)
      .map(({ network }) => network);
    const address = own.find((one) => !isLinkLocal(one) && networks.some((network) => holds(network, one)));
    return address === undefined ? undefined : { host: end.host, address };
  });
  if (from === undefined || to === undefined || isSixth(from.address) !== isSixth(to.address)) return undefined;
  return { name, from, to };
}

function isPlain({ protocol, port }: FullSelector): boolean {
  return protocol === undefined && port === undefined;
}

function holds(network: string, address: string): boolean {
  return isSixth(network) === isSixth(address) && networkHolds(network, address);
}

function isSixth(address: string): boolean {
  return address.includes(':');
}
