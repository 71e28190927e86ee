import { EspalierError } from '../../base/errors.ts';
import { type Connection, type End, peerAddress } from '../../connection/connection.ts';
import { contradictionIn } from '../../connection/together.ts';
import { childViews, viewOf } from '../../connection/view.ts';
import { isLinkLocal } from '../../connection/zone.ts';
import type { ConfigFile } from '../../daemons/daemon.ts';
import { limitIn } from '../../daemons/limits.ts';
import { findDaemon } from '../../daemons/table.ts';
import { canonicalAddress, prefixContains, prefixOf, withoutPrefix } from '../../model/addresses.ts';
import type { UserspaceStack } from '../../model/stacks.ts';
import type { Route, Topology, Host as TopologyHost } from '../../model/topology.ts';
import type { HostSpec } from './api/hosts.ts';
import type { ConnectionSketch, Definition, EndSketch } from './api/scenario.ts';
import type { HostDaemon } from './drive/daemon-host.ts';

/** The daemons of a scenario by host, each with the connections that it has an end of. Raises `scenario` for what cannot be. */
export function daemonsOf(
  { hosts, connections = [] }: Definition,
  topology: Topology,
): ReadonlyMap<string, HostDaemon> {
  const whole = connections.map((one) => complete(one, { hosts, topology }));
  const found = new Map<string, HostDaemon>();
  for (const [host, spec] of Object.entries(hosts)) {
    if (spec.kind !== 'daemon') continue;
    const own = whole.filter(({ ends }) => ends.some((end) => end.host === host));
    const daemon = findDaemon(spec.implementation, spec.version, spec.stack);
    const views = own.map((one) => viewOf(one, host));
    const contradiction = contradictionIn(views);
    if (contradiction !== undefined) throw new EspalierError('scenario', contradiction, { host });
    found.set(host, { daemon, views });
  }
  return found;
}

/** What a daemon cannot do of its connections, for people. */
export interface HostLimit {
  readonly host: string;
  readonly reason: string;
}

/** The first limit that these daemons run into. */
export function limitOf(daemons: ReadonlyMap<string, HostDaemon>): HostLimit | undefined {
  for (const [host, { daemon, views }] of daemons) {
    const reason = limitIn(views, daemon);
    if (reason !== undefined) return { host, reason };
  }
  return undefined;
}

/** A daemon that cannot be had over the stack that its host asks for. */
export function missingStack(daemons: ReadonlyMap<string, HostDaemon>): HostLimit | undefined {
  for (const [host, { daemon }] of daemons) {
    const { slice, version, stack, refusal } = daemon;
    if (refusal !== undefined) return { host, reason: `${slice.name} ${version} over ${stack}: ${refusal}` };
  }
  return undefined;
}

/** Hosts whose SAs no kernel has, and where they are told. */
export function stacksOf(daemons: ReadonlyMap<string, HostDaemon>): UserspaceStack[] {
  return [...daemons].flatMap(
    ([
      host,
      {
        daemon: { slice, stack },
      },
    ]) => {
      const told = slice.userspace?.[stack];
      return told === undefined ? [] : [{ host, stack: stack as UserspaceStack['stack'], ...told }];
    },
  );
}

/** The files that are placed before a daemon starts. Without connections it has only those that the scenario gives it. */
export function filesOf({ daemon: { slice, version, stack, control }, views }: HostDaemon): readonly ConfigFile[] {
  return [
    ...(views.length === 0 ? [] : slice.render(views, version, stack)),
    ...namesFile(views.map(({ remote }) => remote)),
    ...control.helpers,
  ];
}

/** hosts(5) with the names by which peers are looked up; none where none are. */
function namesFile(peers: readonly End[]): ConfigFile[] {
  const named = peers.flatMap((peer) => (peer.dnsName === undefined ? [] : [`${peerAddress(peer)} ${peer.dnsName}`]));
  if (named.length === 0) return [];
  const lines = ['127.0.0.1 localhost', '::1 localhost', ...new Set(named)];
  return [{ path: '/etc/hosts', mode: 0o644, content: `${lines.join('\n')}\n` }];
}

interface Around {
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly topology: Topology;
}

function complete({ authentication, ends, ...connection }: ConnectionSketch, around: Around): Connection {
  const [one, other] = ends;
  const end = (sketch: EndSketch, peer: EndSketch): End => {
    const place = `connection ${connection.name}: the end ${sketch.host}`;
    if (around.hosts[sketch.host]?.kind !== 'daemon') {
      throw new EspalierError('scenario', `${place} is no host with an IKE daemon`);
    }
    const how = sketch.authentication ?? authentication;
    if (how === undefined) throw new EspalierError('scenario', `${place} has no authentication`);
    const address = sketch.address ?? addressOf(sketch.host, peer.host, around.topology);
    const zone = sketch.zone ?? (isLinkLocal(address) ? zoneOf(address, [sketch, peer], around.topology) : undefined);
    return { ...sketch, address, ...(zone !== undefined && { zone }), authentication: how };
  };
  return { ...connection, ends: [end(one, other), end(other, one)] };
}

/**
 * The topology with routes to the networks behind a connection's other end, via its address, where both ends are neighbours and
 * the host has no route of its own there: what leads traffic of gateways to their policies.
 */
export function withRoutes(topology: Topology, daemons: ReadonlyMap<string, HostDaemon>): Topology {
  const hosts = topology.hosts.map((host): TopologyHost => {
    // A route over a link-local address would have to name an interface.
    const views = (daemons.get(host.name)?.views ?? []).filter(
      ({ local, remote }) => local.interface === undefined && !isLinkLocal(remote.address),
    );
    const wanted = views.flatMap(childViews).flatMap(({ remote }) =>
      (remote.selectors ?? []).map((one) => ({
        to: typeof one === 'string' ? one : one.network,
        via: remote.address,
      })),
    );
    const routes = [...host.routes];
    for (const route of wanted) if (isNew(route, { ...host, routes })) routes.push(route);
    return { ...host, routes };
  });
  return { ...topology, hosts };
}

function isNew({ to, via }: Route, { nics, routes }: TopologyHost): boolean {
  const networks = nics.flatMap(({ addresses }) => addresses.map(prefixOf));
  const near = networks.some((network) => prefixContains(network, via));
  const own = networks.some((network) => prefixContains(network, prefixOf(to).address));
  const there = routes.some(
    (route) => route.to === to || (route.to === 'default' && route.via.includes(':') === to.includes(':')),
  );
  return near && !own && !there && !prefixContains(prefixOf(to), via);
}

/** The interface of the first host that has an address, on a link that both are on. */
function zoneOf(address: string, [own, peer]: readonly [EndSketch, EndSketch], { hosts }: Topology) {
  const nicsOf = (name: string) => hosts.find((one) => one.name === name)?.nics ?? [];
  const links = new Set(nicsOf(peer.host).map(({ link }) => link));
  const has = nicsOf(own.host).filter(({ addresses }) =>
    addresses.some((one) => canonicalAddress(withoutPrefix(one)) === canonicalAddress(address)),
  );
  return has.find(({ link }) => links.has(link))?.name;
}

/** On a link that both are on, else the first. */
function addressOf(host: string, peer: string, { hosts }: Topology): string {
  const nicsOf = (name: string) => hosts.find((one) => one.name === name)?.nics ?? [];
  const links = new Set(nicsOf(peer).map(({ link }) => link));
  const own = nicsOf(host).filter(({ addresses }) => addresses.length > 0);
  const address = (own.find(({ link }) => links.has(link)) ?? own[0])?.addresses[0];
  if (address === undefined) throw new EspalierError('scenario', `host ${host} has no address`);
  return withoutPrefix(address);
}
