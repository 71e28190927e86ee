import { EspalierError } from '../../../base/errors.ts';
import { psk } from '../../../connection/authentication.ts';
import type { End } from '../../../connection/connection.ts';
import { strongswan } from '../../../daemons/all.ts';
import type { StackTable } from '../../../model/stack-table.ts';
import type { Stack } from '../../../model/stacks.ts';
import type { ConnectionSketch, Definition } from '../api/scenario.ts';

/** A stack whose operations are probed, and the lab in which they are. */
export interface Column {
  readonly name: string;
  readonly about: string;
  readonly stack: Stack;
  readonly interface?: End['interface'];
  /** Recipe of the kernel, where hosts are machines that boot one of a distribution's. */
  readonly machine?: string;
  /** West has no daemon: where a probe says `yes`, it asks nothing of a stack. */
  readonly idle?: true;
}

export const columns = [
  { name: 'xfrm', about: 'the kernel, by netlink', stack: 'xfrm' },
  {
    name: 'xfrm-interface',
    about: 'the kernel, by netlink, with an XFRM interface',
    stack: 'xfrm',
    interface: { kind: 'xfrm', id: 5 },
  },
  { name: 'vti', about: 'the kernel, by netlink, with a VTI', stack: 'xfrm', interface: { kind: 'vti', id: 5 } },
  { name: 'pfkey', about: 'the kernel, by PF_KEY', stack: 'pfkey' },
  { name: 'libipsec', about: "strongSwan's library, in the daemon's process", stack: 'libipsec' },
  {
    name: 'linux-6.1',
    about: 'Debian 12’s kernel in machines of their own, by netlink',
    stack: 'xfrm',
    machine: 'debian-bookworm-kernel',
  },
  {
    name: 'linux-6.12',
    about: 'Debian 13’s kernel in machines of their own, by netlink',
    stack: 'xfrm',
    machine: 'debian-trixie-kernel',
  },
  { name: 'none', about: 'no daemon and no stack, to see that probes can say no', stack: 'xfrm', idle: true },
] as const satisfies readonly Column[];

export type ColumnName = (typeof columns)[number]['name'];
export type NamedColumn = Column & { readonly name: ColumnName };

/** Stacks that people ask for and that no lab has. */
const absent: StackTable['absent'] = [
  { name: 'VPP', reason: 'Debian has no package of it, and its busy polling would stop virtual time' },
  { name: 'DPDK', reason: 'no daemon here uses it, and its busy polling would stop virtual time' },
  { name: 'KAME, netipsec, OpenBSD', reason: 'their systems need the media of a person' },
];

interface Choice {
  readonly chosen: readonly NamedColumn[];
  readonly absent: StackTable['absent'];
}

/**
 * The columns that somebody named, or all. Where there are no machines (`noMachines` says why), their columns are among those that are absent,
 * and naming one raises `infrastructure`. A name that no column has raises `usage`.
 */
export function chosenColumns(names: readonly string[] | undefined, noMachines?: string): Choice {
  const known: readonly NamedColumn[] = columns;
  const strange = names?.find((name) => !known.some((column) => column.name === name));
  if (strange !== undefined) {
    const remedy = `choose of: ${known.map(({ name }) => name).join(', ')}`;
    throw new EspalierError('usage', `there is no stack ${strange}`, { remedy });
  }
  const wanted = known.filter(({ name }) => names?.includes(name) ?? true);
  if (noMachines === undefined) return { chosen: wanted, absent };
  const missing = wanted.filter(({ machine }) => machine !== undefined);
  if (names !== undefined && missing.length > 0) {
    throw new EspalierError('infrastructure', `${missing.map(({ name }) => name).join(', ')}: ${noMachines}`);
  }
  const reasons = missing.map(({ name }) => ({ name, reason: noMachines }));
  return { chosen: wanted.filter((column) => !missing.includes(column)), absent: [...reasons, ...absent] };
}

const secret = psk('known to west and east alone');
const networks = { west: ['10.1.0.0/24'], east: ['10.2.0.0/24'] };

/**
 * The lab of a column: west has the stack, and east the kernel by netlink. The one daemon that has every stack drives both. The SAs of
 * `net` expire after two minutes; `six` is for the addresses of the link themselves; `one` and `two` give west the same address.
 */
export function labOf({ stack, interface: own }: Column): Definition {
  const version = '6.1.0';
  return {
    // Some wait until an SA expires.
    timeout: 300,
    hosts: {
      west: strongswan({ version, stack, ...(own === undefined && { routes: { '10.2.0.0/24': '192.0.2.2' } }) }),
      east: strongswan({ version, routes: { '10.1.0.0/24': '192.0.2.1' } }),
    },
    links: {
      wan: { west: ['192.0.2.1/24', '2001:db8:2::1/64'], east: ['192.0.2.2/24', '192.0.2.4/24', '2001:db8:2::2/64'] },
      'west-lan': { west: '10.1.0.1/24' },
      'east-lan': { east: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'net',
        authentication: secret,
        ends: [
          {
            host: 'west',
            address: '192.0.2.1',
            selectors: networks.west,
            own: { child: { lifetime: 120 }, rekey: false },
            ...(own && { interface: own }),
          },
          { host: 'east', address: '192.0.2.2', seenAs: '192.0.2.2', selectors: networks.east },
        ],
        child: { proposals: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] }] },
        mobike: true,
      },
      {
        name: 'six',
        authentication: secret,
        ends: [
          { host: 'west', address: '2001:db8:2::1', selectors: ['2001:db8:2::1/128'] },
          { host: 'east', address: '2001:db8:2::2', selectors: ['2001:db8:2::2/128'] },
        ],
        child: { proposals: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] }] },
      },
      sameAddress('one', { east: '192.0.2.2', network: '10.7.0.0/24' }),
      sameAddress('two', { east: '192.0.2.4', network: '10.8.0.0/24' }),
    ],
  };
}

/** West gets one address twice: east gives an identity that comes from the same address and port again what it has already (mem_pool.c). */
function sameAddress(
  name: 'one' | 'two',
  own: { readonly east: string; readonly network: string },
): ConnectionSketch<string> {
  return {
    name,
    authentication: secret,
    ends: [
      // By the name east tells the connection from `net`, which has no pool.
      { host: 'west', address: '192.0.2.1', identity: 'guest.west.test', requests: ['ipv4'] },
      { host: 'east', address: own.east, selectors: [own.network], assigns: { pools: ['10.9.0.0/30'] } },
    ],
    child: { proposals: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] }] },
  };
}
