import { type Host, linux, type XfrmPolicy, type XfrmSa, type XfrmSaParts } from 'espalier';

/** First addresses of the first link, as `links` gives them out. */
export const addresses = {
  4: { west: '198.18.1.1', east: '198.18.1.2', any: '0.0.0.0/0', whole: 32 },
  6: { west: '2001:db8:1::1', east: '2001:db8:1::2', any: '::/0', whole: 128 },
} as const;
export type Family = keyof typeof addresses;
export const families = [4, 6] as const;

/** Two hosts on one link. SAs are made by hand, and some of them on one host alone. */
export const pair = {
  hosts: { west: linux(), east: linux() },
  links: { wan: ['west', 'east'] },
  tolerates: [{ what: 'half-open', why: 'the scenario makes SAs by hand, on one host alone' }],
} as const;

export const [outSpi, inSpi] = [0x1001, 0x1002];

/** Errors of the kernel, as iproute2 prints them. */
export const refusedWith = {
  EEXIST: { expect: { refused: 'File exists' } },
  ESRCH: { expect: { refused: 'No such process' } },
  ENOENT: { expect: { refused: /No such file or directory|No SPI available in the requested range/ } },
  EINVAL: { expect: 'refused' },
} as const;

/** The SA from west to east. */
export function toEast(family: Family = 4, parts: Partial<XfrmSa> = {}): XfrmSa {
  const { west, east } = addresses[family];
  return { source: west, destination: east, spi: outSpi, reqid: 1, ...parts };
}

/** The SA from east to west. */
export function toWest(family: Family = 4, parts: Partial<XfrmSa> = {}): XfrmSa {
  const { west, east } = addresses[family];
  return { source: east, destination: west, spi: inSpi, reqid: 1, ...parts };
}

/** How two hosts are connected by hand. */
export interface Connecting {
  readonly family?: Family;
  /** Of both SAs, on both hosts. */
  readonly sa?: XfrmSaParts & { readonly protocol?: 'esp' | 'ah' };
  /** Of the SA from west to east alone, on both hosts. */
  readonly out?: XfrmSaParts;
  /** Of that SA on the one host alone. */
  readonly atWest?: XfrmSaParts;
  readonly atEast?: XfrmSaParts;
}

/** Protects everything between two hosts: an SA each way, and policies in both directions, on both. */
export async function connect(hosts: { readonly west: Host; readonly east: Host }, by: Connecting = {}): Promise<void> {
  const { family = 4, sa = {}, out = {}, atWest = {}, atEast = {} } = by;
  const { protocol = 'esp', mode = 'transport' } = sa;
  for (const host of [hosts.west, hosts.east]) {
    const isWest = host === hosts.west;
    await host.xfrm.state.add(toEast(family, { ...sa, ...out, ...(isWest ? atWest : atEast) }));
    await host.xfrm.state.add(toWest(family, sa));
    for (const policy of policiesOf(family, isWest, { protocol, mode })) await host.xfrm.policy.add(policy);
  }
}

function policiesOf(
  family: Family,
  isWest: boolean,
  { protocol, mode }: { protocol: 'esp' | 'ah'; mode: NonNullable<XfrmSaParts['mode']> },
): XfrmPolicy[] {
  const { west, east } = addresses[family];
  const policy = (source: string, destination: string, direction: 'in' | 'out'): XfrmPolicy => ({
    source,
    destination,
    direction,
    priority: 10,
    templates: [{ source, destination, protocol, mode, reqid: 1 }],
  });
  return [policy(west, east, isWest ? 'out' : 'in'), policy(east, west, isWest ? 'in' : 'out')];
}

/** Sends pings, 0.1 s apart, of which none needs an answer. */
export async function pings(host: Host, to: string, { count = 1, size = 56 } = {}): Promise<number> {
  const { stdout } = await host.exec(`ping -c ${count} -i 0.1 -W 1 -s ${size} ${to}`);
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
}
