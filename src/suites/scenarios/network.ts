import { EspalierError } from '../../base/errors.ts';
import { isLinkLocal } from '../../connection/zone.ts';
import { addressBytes, canonicalAddress, prefixContains, prefixOf, withoutPrefix } from '../../model/addresses.ts';
import { type Host, labLimits, type Nic, type Route, type Topology } from '../../model/topology.ts';
import type { HostSpec } from './api/hosts.ts';
import type { Definition, LinkSpec } from './api/scenario.ts';
import { isDestination } from './drive/network-changes.ts';

const linkName = /^[a-z0-9][a-z0-9_.-]{0,30}$/i;
const hostName = /^[a-z][a-z0-9-]{0,62}$/;

/** The network that a scenario's definition asks for. Raises `scenario` with what is impossible about it. */
export function networkOf({ hosts, links, topology }: Definition): Topology {
  if (topology !== undefined) return given(topology, Object.keys(hosts));
  const names = Object.keys(hosts);
  const linkNames = Object.keys(links);
  if (names.length === 0) throw impossible('it has no hosts');
  checkNames('host', names, { pattern: hostName, most: labLimits.hosts });
  checkNames('link', linkNames, { pattern: linkName, most: labLimits.links });
  const plugs = linkNames.flatMap((link, index) => plugsOf(link, index, { spec: links[link] ?? [], names }));
  for (const link of linkNames)
    checkLink(
      link,
      plugs.filter((plug) => plug.link === link),
    );
  const machines = names.map((name) => hostOf(name, hosts[name] as HostSpec, plugs));
  return { hosts: machines, links: linkNames.map((name) => ({ name })) };
}

/** An end of a link. */
interface Plug {
  readonly host: string;
  readonly link: string;
  readonly mac: string;
  readonly addresses: readonly string[];
}

function given(topology: Topology, names: readonly string[]): Topology {
  const there = topology.hosts.map(({ name }) => name);
  const missing = names.find((name) => !there.includes(name)) ?? there.find((name) => !names.includes(name));
  if (missing === undefined) return topology;
  throw impossible(`host ${missing} is only in one of \`hosts\` and \`topology\``);
}

function plugsOf(link: string, index: number, { spec, names }: { spec: LinkSpec; names: readonly string[] }): Plug[] {
  const ends = Array.isArray(spec)
    ? (spec as readonly string[]).map((host, at) => [host, numbered(index, at)] as const)
    : Object.entries(spec as Readonly<Record<string, string | readonly string[]>>).map(
        ([host, addresses]) => [host, typeof addresses === 'string' ? [addresses] : addresses] as const,
      );
  return ends.map(([host, addresses], at) => {
    if (!names.includes(host))
      throw impossible(`link ${link} names the host ${host}; the hosts are ${names.join(', ')}`);
    return {
      host,
      link,
      mac: `12:00:00:00:${hex(index + 1)}:${hex(at + 1)}`,
      addresses: addresses.map((one) => checked(one, link)),
    };
  });
}

/** RFC 2544's and RFC 3849's networks: nobody's own. */
function numbered(link: number, end: number): string[] {
  return [`198.18.${link + 1}.${end + 1}/24`, `2001:db8:${link + 1}::${end + 1}/64`];
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

function checked(text: string, link: string): string {
  const [address = '', length = ''] = text.split('/');
  try {
    const most = addressBytes(address).length * 8;
    if (/^\d{1,3}$/.test(length) && Number(length) <= most) return `${canonicalAddress(address)}/${length}`;
  } catch {
    // told below
  }
  throw impossible(`link ${link}: ${JSON.stringify(text)} is no address with a prefix length, such as 192.0.2.1/24`);
}

function checkNames(what: string, names: readonly string[], rule: { pattern: RegExp; most: number }): void {
  const bad = names.find((name) => !rule.pattern.test(name));
  if (bad !== undefined) throw impossible(`${JSON.stringify(bad)} cannot be the name of a ${what}`);
  if (names.length > rule.most) throw impossible(`it has ${names.length} ${what}s, and a lab holds ${rule.most}`);
}

function checkLink(link: string, plugs: readonly Plug[]): void {
  if (plugs.length === 0) throw impossible(`link ${link} has no hosts`);
  const twice = plugs.find((plug, at) => plugs.findIndex(({ host }) => host === plug.host) !== at);
  if (twice !== undefined) throw impossible(`link ${link} names the host ${twice.host} twice`);
  const all = plugs.flatMap(({ host, addresses }) =>
    addresses.map((address) => ({ host, address: withoutPrefix(address) })),
  );
  for (const [at, one] of all.entries()) {
    const other = all.slice(0, at).find(({ address }) => address === one.address);
    if (other) throw impossible(`link ${link}: ${other.host} and ${one.host} both have the address ${one.address}`);
  }
  for (const { host, addresses } of plugs) {
    const others = plugs.filter((plug) => plug.host !== host).flatMap((plug) => plug.addresses);
    const near = addresses.some((own) => others.some((other) => sameNetwork(own, other)));
    if (!near && addresses.length > 0 && others.length > 0) {
      throw impossible(`link ${link}: no other host is in the network of ${host} (${addresses.join(', ')})`);
    }
  }
}

function sameNetwork(own: string, other: string): boolean {
  return prefixContains(prefixOf(own), withoutPrefix(other));
}

function hostOf(name: string, spec: HostSpec, plugs: readonly Plug[]): Host {
  const own = plugs.filter(({ host }) => host === name);
  if (own.length === 0) throw impossible(`host ${name} is on no link`);
  if (own.length > labLimits.nics)
    throw impossible(`host ${name} is on ${own.length} links, and a host has ${labLimits.nics} interfaces`);
  const nics = own.map(({ link, mac, addresses }, at): Nic => ({ name: `eth${at}`, link, mac, addresses }));
  if (spec.kind === 'nat' && !nics.some(({ link }) => link === spec.outside)) {
    throw impossible(`host ${name} is not on the link ${spec.outside}, its outside`);
  }
  const routes = Object.entries(spec.routes ?? {}).flatMap(([to, via]) => routesOf({ to, via }, { name, own, plugs }));
  const sysctls = Object.entries(spec.sysctls ?? {}).map(([key, value]) => [sysctlPath(key), String(value)] as const);
  return {
    name,
    nics,
    routes,
    sysctls: [...commonSysctls, ...nics.flatMap(({ name: nic }) => interfaceSysctls(nic)), ...sysctls],
  };
}

interface Around {
  readonly name: string;
  readonly own: readonly Plug[];
  readonly plugs: readonly Plug[];
}

/** A route by an address, or one for each family by a neighbour's name. */
function routesOf({ to, via }: Route, { name, own, plugs }: Around): Route[] {
  if (!isDestination(to)) {
    throw impossible(
      `host ${name}: ${JSON.stringify(to)} is no destination of a route, such as 10.2.0.0/24 (host bits of zero) or default`,
    );
  }
  const neighbour = plugs.filter(({ host, link }) => host === via && own.some((plug) => plug.link === link));
  const gateways = neighbour.length > 0 ? neighbour.flatMap(({ addresses }) => addresses.map(withoutPrefix)) : [via];
  const families =
    to === 'default' ? gateways : gateways.filter((gateway) => gateway.includes(':') === to.includes(':'));
  const reachable = families.filter((gateway) => isNear(gateway, own) && !isLinkLocal(gateway));
  if (reachable.length === 0 && isNear(via, own) && isLinkLocal(via))
    throw impossible(`host ${name}: the route to ${to} goes via ${via}, which needs an interface: add it with exec`);
  if (reachable.length === 0)
    throw impossible(`host ${name}: the route to ${to} goes via ${via}, which is on none of its networks`);
  if (
    reachable.some((gateway) =>
      own.some(({ addresses }) => addresses.map(withoutPrefix).includes(canonicalAddress(gateway))),
    )
  )
    throw impossible(`host ${name}: the route to ${to} goes via ${via}, which is the host itself`);
  const once = reachable.filter(
    (gateway, at) => reachable.findIndex((one) => one.includes(':') === gateway.includes(':')) === at,
  );
  return once.map((gateway) => ({ to, via: gateway }));
}

function isNear(gateway: string, own: readonly Plug[]): boolean {
  try {
    addressBytes(gateway);
  } catch {
    return false;
  }
  return own.some(({ addresses }) => addresses.some((address) => sameNetwork(address, gateway)));
}

/** Every host can be a gateway; what it forwards and from where is for policies to say. */
const commonSysctls: readonly (readonly [string, string])[] = [
  ['net/ipv4/conf/default/rp_filter', '0'],
  ['net/ipv4/conf/all/rp_filter', '0'],
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv6/conf/all/forwarding', '1'],
  ['net/ipv4/conf/all/accept_redirects', '0'],
  ['net/ipv6/conf/all/accept_redirects', '0'],
  ['net/ipv4/conf/all/send_redirects', '0'],
];

/** Path below /proc/sys of a key, in both spellings of sysctl(8): its first separator is the one that separates. */
function sysctlPath(key: string): string {
  const isDotted = /^[^./]*\./.test(key);
  return isDotted ? key.replaceAll(/[./]/g, (mark) => (mark === '.' ? '/' : '.')) : key;
}

/** Addresses are usable at once: no duplicate address detection, no router advertisements. */
function interfaceSysctls(nic: string): (readonly [string, string])[] {
  return [
    [`net/ipv4/conf/${nic}/rp_filter`, '0'],
    [`net/ipv4/conf/${nic}/send_redirects`, '0'],
    [`net/ipv6/conf/${nic}/accept_dad`, '0'],
    [`net/ipv6/conf/${nic}/accept_ra`, '0'],
  ];
}

function impossible(why: string): EspalierError {
  return new EspalierError('scenario', `this network is not possible: ${why}`);
}
