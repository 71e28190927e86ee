import type { Host, PfKeyMessage, PfKeySaRequest, XfrmPolicy } from 'espalier';
import { addresses, type Family, toEast, toWest, pair as twoHosts } from './labs.ts';

/** As `pair` of labs.ts, on a kernel that has PF_KEY (RFC 2367; net/key/af_key.c), which shares the tables with netlink. */
export const pair = { ...twoHosts, flavour: 'netkey' } as const;

/** What an extension of a message holds; zeros where it has none. */
export const extension = (message: PfKeyMessage | undefined, type: Parameters<PfKeyMessage['extensions']['get']>[0]) =>
  message?.extensions.get(type) ?? new Uint8Array(64);

/** What two hosts are connected with. */
export type Parts = Partial<Pick<PfKeySaRequest, 'mode' | 'encryption' | 'integrity' | 'limits'>> & {
  readonly protocol?: 'esp' | 'ah';
};

/** Everything between the two hosts, as west sees the direction. */
export function policyOf(
  family: Family,
  direction: 'in' | 'out' | 'fwd',
  { protocol = 'esp', mode = 'transport' }: Parts = {},
): XfrmPolicy {
  const { west, east } = addresses[family];
  const [source, destination] = direction === 'out' ? [west, east] : [east, west];
  return {
    source,
    destination,
    direction,
    priority: 10,
    templates: [{ source, destination, protocol, mode, reqid: 1 }],
  };
}

/** Those of a host: out and in. */
export function policiesOf(family: Family, isWest: boolean, parts: Parts = {}): readonly [XfrmPolicy, XfrmPolicy] {
  const [out, into] = [policyOf(family, 'out', parts), policyOf(family, 'in', parts)];
  return isWest
    ? [out, into]
    : [
        { ...into, direction: 'out' },
        { ...out, direction: 'in' },
      ];
}

/** Protects everything between two hosts, by PF_KEY alone. Limits are those of the SA from west to east on west. */
export async function connect(
  hosts: { readonly [Name in 'west' | 'east']: Host },
  family: Family,
  { limits, ...parts }: Parts = {},
): Promise<void> {
  for (const host of [hosts.west, hosts.east]) {
    const isWest = host === hosts.west;
    await host.pfkey.state.add(toEast(family, { ...parts, ...(isWest && limits && { limits }) }));
    await host.pfkey.state.add(toWest(family, parts));
    for (const policy of policiesOf(family, isWest, parts)) await host.pfkey.policy.add(policy);
  }
}
