import { prefixContains, prefixOf, spelledNetwork } from '../model/addresses.ts';
import type { View } from './view.ts';

/** Something that two connections of one host say of the same thing. */
interface Saying {
  readonly connection: string;
  /** What it is said of; for people. */
  readonly of: string;
  /** Equal values do not contradict. Never shown: it may be a secret. */
  readonly value: string;
}

/** Two sayings of one thing whose values differ. */
export type Clash = readonly [Saying, Saying];

/** The first of the sayings that contradict each other. */
export function clashIn(sayings: readonly Saying[]): Clash | undefined {
  const first = new Map<string, Saying>();
  for (const one of sayings) {
    const other = first.get(one.of);
    if (other !== undefined && other.value !== one.value) return [other, one];
    if (other === undefined) first.set(one.of, one);
  }
  return undefined;
}

/**
 * What the connections of one host cannot have together, whatever daemon it has; for people. `undefined`: they can. Each of them alone is right.
 */
export function contradictionIn(views: readonly View[]): string | undefined {
  for (const { sayings, message } of rules) {
    const clash = clashIn(views.flatMap(sayings));
    if (clash === undefined) continue;
    const [{ connection: one, of }, { connection: other }] = clash;
    return `connections ${one} and ${other}: ${message(of)}`;
  }
  return overlapIn(views);
}

interface Rule {
  readonly sayings: (view: View, at: number) => readonly Saying[];
  readonly message: (of: string) => string;
}

const rules: readonly Rule[] = [
  {
    sayings: ({ connection: { name, furtherChildren = [] }, local: { policies = [] } }, at) =>
      [name, ...furtherChildren.map((one) => one.name), ...policies.map((one) => one.name)].map((of) => ({
        connection: name,
        of,
        value: `${at}`,
      })),
    message: (of) => `the name ${of} is there twice among connections, Child SAs and policies of this host`,
  },
  {
    sayings: ({ connection: { name }, local, remote }) => {
      if (local.authentication.method !== 'psk') return [];
      const ids = [local, remote].map(({ identity, address }) => identity ?? address);
      return [{ connection: name, of: ids.join(' and '), value: local.authentication.secret }];
    },
    message: (of) => `${of} have two secrets`,
  },
  {
    sayings: ({ connection: { name }, local, remote }) =>
      [local, remote].flatMap(({ authentication, xauth }) => {
        const isPassword =
          authentication.method === 'eap' && authentication.eap !== 'tls' && local.radius === undefined;
        return [...(isPassword ? [authentication] : []), ...(xauth === undefined ? [] : [xauth])].map((one) => ({
          connection: name,
          of: one.user,
          value: one.password,
        }));
      }),
    message: (of) => `the user ${of} has two passwords`,
  },
  {
    sayings: ({ connection: { name, ppk } }) =>
      ppk === undefined ? [] : [{ connection: name, of: ppk.id, value: ppk.secret }],
    message: (of) => `the postquantum preshared key ${of} has two secrets`,
  },
  {
    sayings: ({ connection: { name }, local: { interface: own, address } }) =>
      own?.kind !== 'vti'
        ? []
        : [{ connection: name, of: `${own.id}`, value: address.includes(':') ? 'ipv6' : 'ipv4' }],
    message: (of) => `VTI ${of} is for ends of one address family`,
  },
];

/** Pools from which two connections would give out the same addresses, each without knowing of the other. */
function overlapIn(views: readonly View[]): string | undefined {
  const pools = views.flatMap(({ connection: { name }, local: { assigns } }) =>
    (assigns?.pools ?? []).map((pool) => ({ name, pool: spelledNetwork(pool) })),
  );
  for (const [at, one] of pools.entries()) {
    const other = pools.slice(0, at).find(({ pool }) => pool !== one.pool && overlap(pool, one.pool));
    if (other === undefined) continue;
    const message = `the pools ${other.pool} and ${one.pool} overlap; only equal ones are shared`;
    return `connections ${other.name} and ${one.name}: ${message}`;
  }
  return undefined;
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [prefixOf(one), prefixOf(other)];
  return prefixContains(a, b.address) || prefixContains(b, a.address);
}
