import type { Host, Link, Nic, Topology } from '../../model/topology.ts';
import type { Machine } from './machine-files.ts';

/** Machines of a test bed by host name. */
export type Machines = ReadonlyMap<string, Machine>;

/**
 * The first PCI slot that a machine's interfaces have, after its shared folders; udev makes further names of slots.
 * Slot 7 holds the random number generator of every machine (kvm/vm/*.xml).
 */
const afterThreeFolders = 5;
const afterFourFolders = 6;
const taken = 7;

/** The net of the bench itself; nothing answers there. */
const bench = 'swandefault';

const machines: Readonly<Record<string, Machine>> = {
  east: {
    nics: nics(afterFourFolders, {
      eth0: ['192_0_2', '12:00:00:dc:bc:ff', '192.0.2.254/24', '2001:db8:0:2::254/64'],
      eth1: ['192_1_2', '12:00:00:64:64:23', '192.1.2.23/24', '2001:db8:1:2::23/64'],
    }),
    routes: [
      { to: 'default', via: '192.1.2.254' },
      { to: '192.0.1.0/24', via: '192.1.2.45' },
      { to: 'default', via: '2001:db8:1:2::254' },
      { to: '2001:db8:0:1::/64', via: '2001:db8:1:2::45' },
    ],
  },
  west: {
    nics: nics(afterFourFolders, {
      eth0: ['192_0_1', '12:00:00:ab:cd:ff', '192.0.1.254/24', '2001:db8:0:1::254/64'],
      eth1: ['192_1_2', '12:00:00:64:64:45', '192.1.2.45/24', '2001:db8:1:2::45/64'],
    }),
    routes: [
      { to: 'default', via: '192.1.2.254' },
      { to: '192.0.2.0/24', via: '192.1.2.23' },
      { to: 'default', via: '2001:db8:1:2::254' },
      { to: '2001:db8:0:2::/64', via: '2001:db8:1:2::23' },
    ],
  },
  road: {
    nics: nics(afterThreeFolders, {
      eth0: ['192_1_3', '12:00:00:ab:cd:02', '192.1.3.209/24', '2001:db8:1:3::209/64'],
    }),
    routes: [
      { to: 'default', via: '192.1.3.254' },
      { to: 'default', via: '2001:db8:1:3::254' },
    ],
  },
  north: {
    nics: nics(afterThreeFolders, {
      eth0: ['192_0_3', '12:00:00:de:cd:49', '192.0.3.254/24', '2001:db8:0:3::254/64'],
      eth1: ['192_1_3', '12:00:00:96:96:49', '192.1.3.33/24', '2001:db8:1:3::33/64'],
    }),
    routes: [
      { to: 'default', via: '192.1.3.254' },
      { to: 'default', via: '2001:db8:1:3::254' },
    ],
  },
  nic: {
    nics: nics(afterFourFolders, {
      // Plugged in first, so that eth1 and eth2 have the numbers they have there.
      eth0: [bench, '12:00:00:de:ad:00'],
      eth1: ['192_1_2', '12:00:00:de:ad:ba', '192.1.2.254/24', '2001:db8:1:2::254/64'],
      eth2: ['192_1_3', '12:00:00:32:64:ba', '192.1.3.254/24', '2001:db8:1:3::254/64'],
    }),
    routes: [
      { to: '192.0.1.0/24', via: '192.1.2.45' },
      { to: '192.0.2.0/24', via: '192.1.2.23' },
      { to: '192.0.3.0/24', via: '192.1.3.33' },
      { to: '2001:db8:0:1::/64', via: '2001:db8:1:2::45' },
      { to: '2001:db8:0:2::/64', via: '2001:db8:1:2::23' },
      { to: '2001:db8:0:3::/64', via: '2001:db8:1:3::33' },
    ],
  },
  rise: {
    nics: nics(afterThreeFolders, {
      eth0: [bench, '12:52:49:53:45:00'],
      eth1: ['192_0_2', '12:52:49:53:45:01', '192.0.2.12/24', '2001:db8:0:2::12/64'],
      eth2: ['198_18_1', '12:52:49:53:45:02', '198.18.1.12/24', '2001:db8:1::12/64'],
    }),
    routes: [],
  },
  set: {
    nics: nics(afterThreeFolders, {
      eth0: [bench, '12:00:53:45:54:00'],
      eth1: ['192_0_1', '12:00:53:45:54:01', '192.0.1.15/24', '2001:db8:0:1::15/64'],
      eth2: ['198_18_1', '12:00:53:45:54:02', '198.18.1.15/24', '2001:db8:1::15/64'],
    }),
    routes: [],
  },
};

/** Settings of every host; those of single interfaces follow. */
const commonSysctls: readonly (readonly [string, string])[] = [
  ['net/ipv4/conf/default/rp_filter', '0'],
  ['net/ipv4/conf/all/rp_filter', '0'],
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv6/conf/all/forwarding', '1'],
  ['net/ipv4/conf/all/log_martians', '1'],
  ['net/ipv4/conf/all/accept_redirects', '0'],
  ['net/ipv6/conf/all/accept_redirects', '0'],
  ['net/ipv4/conf/all/send_redirects', '0'],
  ['net/ipv4/conf/all/accept_source_route', '0'],
  ['net/ipv6/conf/all/accept_source_route', '0'],
];

/** No duplicate address detection, no router advertisements: addresses are usable at once. */
const interfaceSysctls = (name: string): (readonly [string, string])[] => [
  [`net/ipv4/conf/${name}/rp_filter`, '0'],
  [`net/ipv6/conf/${name}/accept_dad`, '0'],
  [`net/ipv6/conf/${name}/accept_ra`, '0'],
];

/** An interface's link, MAC and addresses. */
type Plug = readonly [link: string, mac: string, ...addresses: string[]];

function nics(firstSlot: number, plugs: Readonly<Record<string, Plug>>): Nic[] {
  return Object.entries(plugs).map(([name, [link, mac, ...addresses]], index) => {
    const next = firstSlot + index;
    const slot = firstSlot < taken && next >= taken ? next + 1 : next;
    return { name, link, mac, addresses, altNames: [`enp0s${slot}`, `ens${slot}`] };
  });
}

/**
 * The network of libreswan's test bed, version 5.2, for suites whose tree does not describe one. `rise` and `set` meet
 * on a net of their own and stand beside east and west.
 */
export const defaultMachines: Machines = new Map(Object.entries(machines));

/** The part of a test bed that these hosts see, in their order. Unknown hosts are left out. */
export function topologyOf(names: readonly string[], bed: Machines = defaultMachines): Topology {
  const hosts = names.flatMap((name): Host[] => {
    const machine = bed.get(name);
    if (machine === undefined) return [];
    const sysctls = [...commonSysctls, ...machine.nics.flatMap((one) => interfaceSysctls(one.name))];
    return [{ name, nics: machine.nics, routes: machine.routes, sysctls }];
  });
  const links = new Set(hosts.flatMap((host) => host.nics.map((one) => one.link)));
  return { hosts, links: [...links].sort().map((name): Link => ({ name })) };
}
