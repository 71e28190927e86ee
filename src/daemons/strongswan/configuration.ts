import type { View } from '../../connection/view.ts';
import { spelledNetwork } from '../../model/addresses.ts';
import { quote, type Section } from './settings-file.ts';

const anyAddress = { ipv4: '0.0.0.0', ipv6: '::' } as const;

/** Addresses that this end requests, or the pools from which it assigns them. */
export function configurationOf({ local }: View): Section {
  return {
    vips: local.requests?.map((kind) => anyAddress[kind]).join(', '),
    pools: local.assigns?.pools.map(poolName).join(', '),
  };
}

/** By its network: connections with the same one share the pool, and charon keeps no address of it twice. */
function poolName(pool: string): string {
  return `pool-${spelledNetwork(pool).replaceAll(/[.:/]/g, '-')}`;
}

/** The section of all pools of a host. Name servers come with the first pool of a connection. */
export function pools(views: readonly View[]): Section | undefined {
  const all = views.flatMap(({ local: { assigns } }) =>
    (assigns?.pools ?? []).map((addrs, i): [string, Section] => [
      poolName(addrs),
      { addrs, dns: i === 0 ? assigns?.dns?.join(', ') : undefined },
    ]),
  );
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** The round of authentication after the first one. */
export function xauthRound({ local, remote }: View): Section {
  if (local.xauth !== undefined) return { 'local-xauth': { auth: 'xauth', xauth_id: quote(local.xauth.user) } };
  return remote.xauth === undefined ? {} : { 'remote-xauth': { auth: 'xauth' } };
}

/** Who answers has the password as well as who asks. */
export function xauthSecrets({ connection: { name }, local, remote }: View): [string, Section][] {
  const user = local.xauth ?? remote.xauth;
  if (user === undefined) return [];
  return [[`xauth-${name}`, { id: quote(user.user), secret: quote(user.password) }]];
}
