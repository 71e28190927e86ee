import { expect, file, type Host, linux, type XfrmSa } from 'espalier';

/** First addresses of the first link, as `links` gives them out. */
export const addresses = {
  4: { west: '198.18.1.1', east: '198.18.1.2' },
  6: { west: '2001:db8:1::1', east: '2001:db8:1::2' },
} as const;
export type Family = keyof typeof addresses;
export const families = [4, 6] as const;

/** Without IPsec, or with ESP in transport mode between the two hosts of `pair`. */
export const protections = ['plain', 'under ESP'] as const;

export interface Pair {
  readonly west: Host;
  readonly east: Host;
}

export const peer = { '/root/peer.py': file('peer.py') };

/** Two hosts on one link. SAs are made by hand, and for a while on one host alone. */
export const pair = {
  hosts: { west: linux({ files: peer }), east: linux({ files: peer }) },
  links: { wan: ['west', 'east'] },
  tolerates: [{ what: 'half-open', why: 'the scenario makes SAs by hand, first on one host alone' }],
} as const;

const { content } = file('../../kernel/uml.config');
const kernelConfig = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');

/** Why labs do not have what needs an option of the kernel; `undefined`: they do. The name is without `CONFIG_`. */
export function lacking(option: string): string | undefined {
  const isBuilt = kernelConfig.split('\n').includes(`CONFIG_${option}=y`);
  return isBuilt ? undefined : `the kernel of labs is built without CONFIG_${option} (kernel/uml.config)`;
}

/** The two SAs between two hosts. */
export function sasOf(family: Family): readonly XfrmSa[] {
  const { west, east } = addresses[family];
  return [
    { source: west, destination: east, spi: 0x1001, reqid: 1, replayWindow: 32 },
    { source: east, destination: west, spi: 0x1002, reqid: 1, replayWindow: 32 },
  ];
}

/** Gives one host its half of what protects everything between the two: both SAs, and a policy in each direction. */
async function protect(host: Host, family: Family): Promise<void> {
  for (const sa of sasOf(family)) {
    await host.xfrm.state.add(sa);
    const direction = addresses[family].west === sa.source ? host.name === 'west' : host.name === 'east';
    await host.xfrm.policy.add({ ...sa, direction: direction ? 'out' : 'in', templates: [{ reqid: 1 }] });
  }
}

/** Protects everything between the two. While west alone has its half, `fails` has to, and east counts the packets. */
export async function protectBoth(hosts: Pair, family: Family, fails: () => Promise<void>): Promise<void> {
  await acquaint(hosts, family);
  await protect(hosts.west, family);
  await fails();
  await expect(hosts.east).toHaveXfrmCounter('XfrmInNoStates', { atLeast: 1 });
  await protect(hosts.east, family);
}

/**
 * Has both hosts know each other's link-layer address. Policies about everything between two hosts are about unicast Neighbour Discovery too (RFC 4301,
 * 4.4.1), which works once both have their SAs.
 */
async function acquaint({ west, east }: Pair, family: Family): Promise<void> {
  const ends = addresses[family];
  for (const [host, other, address] of [
    [west, east, ends.east],
    [east, west, ends.west],
  ] as const) {
    const mac = (await other.read('/sys/class/net/eth0/address')).trim();
    await expect(host).toRun(`ip neigh replace ${address} lladdr ${mac} dev eth0 nud permanent`);
  }
}

/** Both SAs have carried at least so many packets at both ends, none was lost since `before`, and nothing went in clear. */
export async function expectProtected(
  { west, east }: Pair,
  { family, packets, lostBefore }: { readonly family: Family; readonly packets: number; readonly lostBefore: number },
): Promise<void> {
  for (const host of [west, east]) {
    const carried = (await host.xfrm.state.list()).map(({ use }) => Number(use.packets));
    await expect(carried.length, { what: 'SAs', host }).toBe(2);
    await expect(Math.min(...carried), { what: 'packets of the SA with fewer', host }).toBeAtLeast(packets);
  }
  await expect(await lostPackets(west), { what: 'packets lost by IPsec', host: west }).toBe(0);
  await expect(await lostPackets(east), { what: 'packets lost by IPsec', host: east }).toBe(lostBefore);
  await expect(west).not.toHaveSentInClear({ to: addresses[family].east });
  await expect(east).not.toHaveSentInClear({ to: addresses[family].west });
}

/** All packets that a host's IPsec has lost so far, for whatever reason. */
export async function lostPackets(host: Host): Promise<number> {
  return Object.values(await host.xfrmStat()).reduce((sum, count) => sum + count, 0);
}

/** Sends messages of these sizes to a host's `serve`: `answered N`, `silence`, `spoiled SIZE` or the name of an error. */
export async function sent(
  host: Host,
  { kind, to, sizes }: { readonly kind: string; readonly to: string; readonly sizes: readonly number[] },
): Promise<string> {
  return (await host.exec(`python3 /root/peer.py send ${kind} ${to} ${sizes.join(' ')}`)).stdout.trim();
}

/** Answers messages at an address, until the function that it returns is called. */
export async function serve(host: Host, kind: string, at: string): Promise<() => Promise<void>> {
  await host.exec(`(python3 /root/peer.py serve ${kind} ${at} >/run/peer.log 2>&1 & echo $! >/run/peer.pid)`);
  await expect(host).toHaveFile(`/run/peer-${kind}`);
  return async () => {
    await host.exec(`kill $(cat /run/peer.pid); rm /run/peer-${kind}`);
  };
}
