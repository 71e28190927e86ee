import { type ConnectionSketch, type DaemonSpec, type EndSketch, libreswan, openiked, psk, strongswan } from 'espalier';

/** A version that Debian has, as a column of the grid. */
export interface Version {
  readonly name: string;
  readonly host: (settings?: Pick<DaemonSpec, 'routes' | 'files' | 'sysctls'>) => DaemonSpec;
}

/** libreswan of Debian 12 and 13. */
export const libreswans = {
  '4.10': { name: 'libreswan-4.10', host: (own = {}) => libreswan({ version: '4.10', ...own }) },
  '5.2': { name: 'libreswan-5.2', host: (own = {}) => libreswan({ version: '5.2', ...own }) },
} as const satisfies Readonly<Record<string, Version>>;

/** strongSwan of Debian 12, 13 and sid. */
export const strongswans = {
  '5.9.8': { name: 'strongswan-5.9.8', host: (own = {}) => strongswan({ version: '5.9.8', ...own }) },
  '6.0.1': { name: 'strongswan-6.0.1', host: (own = {}) => strongswan({ version: '6.0.1', ...own }) },
  '6.1.0': { name: 'strongswan-6.1.0', host: (own = {}) => strongswan({ version: '6.1.0', ...own }) },
} as const satisfies Readonly<Record<string, Version>>;

/** OpenIKED of Debian 12 and 13. */
export const openikeds = {
  '7.2': { name: 'openiked-7.2', host: (own = {}) => openiked({ version: '7.2', ...own }) },
  '7.4': { name: 'openiked-7.4', host: (own = {}) => openiked({ version: '7.4', ...own }) },
} as const satisfies Readonly<Record<string, Version>>;

/** What a version of a report deserves, where it is not `passed`: the scenario expects it, and fails once it is mended. */
export type Known = 'crash' | 'leak' | 'major' | 'minor';

/** `libreswan-4.10, libreswan#1130 a limit of octets with IPComp, crash as known`: column and row of the grid. */
export function title({ name }: Version, report: string, known?: Known): string {
  return `${name}, ${report}${known === undefined ? '' : `, ${known} as known`}`;
}

/** Addresses of west and of east in the lab of `gateways`. */
const outer = { west: '192.0.2.1', east: '192.0.2.2' } as const;
export const inner = { west: '10.1.0.1', east: '10.2.0.1' } as const;
/** Networks behind them. */
const nets = { west: '10.1.0.0/24', east: '10.2.0.0/24' } as const;

type Side = 'west' | 'east';
type More = Partial<ConnectionSketch<Side>> & {
  readonly west?: Partial<EndSketch<Side>>;
  readonly east?: Partial<EndSketch<Side>>;
};

/** Two gateways with a network behind each, and a tunnel by a secret between the networks. */
export function gateways(west: Version, east: Version, { west: one, east: other, ...more }: More = {}) {
  const end = (host: Side, own?: Partial<EndSketch<Side>>): EndSketch<Side> => ({
    host,
    address: outer[host],
    identity: `${host}.test`,
    ...(own?.requests === undefined && { selectors: [nets[host]] }),
    ...own,
  });
  const connection: ConnectionSketch<Side> = {
    name: 'net',
    authentication: psk('only these two know'),
    ends: [end('west', one), end('east', other)],
    ...more,
  };
  return {
    hosts: { west: west.host(), east: east.host() },
    links: {
      wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' },
      left: { west: '10.1.0.1/24' },
      right: { east: '10.2.0.1/24' },
    },
    connections: [connection],
  } as const;
}
