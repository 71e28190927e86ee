import { expect, scenario, type ToleratedFault } from 'espalier';
import { type Ends, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { column, current, type Pair, pairs } from './daemons.ts';
import { inner, withRouter } from './labs.ts';

interface Row {
  readonly family: 4 | 6;
  readonly pool: string;
  readonly dns: boolean;
}

const rows: Readonly<Record<string, Row>> = {
  'IPv4 address requested': { family: 4, pool: '10.3.0.0/24', dns: false },
  'IPv4 address and DNS requested': { family: 4, pool: '10.3.0.0/24', dns: true },
  'IPv6 address requested': { family: 6, pool: '2001:db8:a3::/112', dns: false },
  'IPv6 address and DNS requested': { family: 6, pool: '2001:db8:a3::/112', dns: true },
};

interface Known {
  readonly tolerates: readonly ToleratedFault<'east'>[];
  readonly body: (hosts: Ends) => Promise<void>;
}

const assigned = { 4: /inet (10\.3\.0\.\d+)\//, 6: /inet6 (2001:db8:a3::[0-9a-f]*)\// } as const;

/** The address that the initiator got. */
async function ownAddress(west: Ends['west'], family: 4 | 6): Promise<string> {
  await expect(west).toRun('ip address', { prints: assigned[family] });
  return assigned[family].exec((await west.exec('ip address')).stdout)?.[1] ?? '';
}

/** `from dynamic` of iked is 0.0.0.0/32 on the wire until it has an address; charon takes that for an address, which nobody has. */
async function isUnacceptable({ west, east }: Ends): Promise<void> {
  await start({ west, east });
  await west.initiate('net');
  await expect(east).toHaveLogged('=== 0.0.0.0/32 unacceptable');
  await expect(west).toHaveIpsecSas(0);
}

async function works({ west, east }: Ends, { family, dns }: Row): Promise<void> {
  await start({ west, east });
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  const [own, far] = [await ownAddress(west, family), inner[family].east];
  await expect(west).toReach(east, { from: own, at: far });
  await expect(east).toReach(own, { from: far });
  await expect(east).not.toHaveSentInClear({ to: own });
  if (dns) await expect(west).toHaveFile('/etc/resolv.conf', `nameserver ${far}`);
  await west.terminate('net');
  await expect(west).not.toRun('ip address', { prints: assigned[family] });
}

/** INTERNAL_IP6_DNS has 16 octets (RFC 7296, 3.15.1). pluto 5.2 sends 17, with the length of a prefix, and charon reads no more of the message. */
async function isRefused({ west, east }: Ends): Promise<void> {
  await start({ west, east });
  await west.exec('swanctl --initiate --child net --timeout 20');
  await expect(west).toHaveLogged('invalid attribute length 17 for INTERNAL_IP6_DNS');
  await expect(west).toHaveIkeSas(0);
}

const halfOpen: ToleratedFault<'east'> = {
  what: 'half-open',
  host: 'east',
  why: 'pluto makes its SAs before it sends the answer, which charon cannot read',
};

function isTooLong([initiator, responder]: Pair, { family, dns }: Row): boolean {
  return family === 6 && dns && initiator.implementation === 'strongswan' && responder.implementation === 'libreswan';
}

/** What becomes of the pairs that do not understand each other. */
function knownOf(pair: Pair, row: Row): Known | undefined {
  if (isTooLong(pair, row)) return { tolerates: [halfOpen], body: isRefused };
  const [initiator, responder] = pair;
  if (initiator.implementation === 'openiked' && responder.implementation === 'strongswan')
    return { tolerates: [], body: isUnacceptable };
  return undefined;
}

// The initiator requests an internal address (RFC 7296, 2.19), which is its selector, and uses the name server that it is told of.
for (const pair of pairs(current, current)) {
  for (const [name, row] of Object.entries(rows)) {
    const { eastNet, east: server } = inner[row.family];
    const west = end('west', 'psk', {
      address: '192.0.2.1',
      seenAs: 'any',
      requests: [row.family === 4 ? 'ipv4' : 'ipv6'],
    });
    const east = end('east', 'psk', {
      address: '198.51.100.2',
      selectors: [eastNet],
      assigns: { pools: [row.pool], ...(row.dns && { dns: [server] }) },
    });
    const known = knownOf(pair, row);
    const lab = {
      ...withRouter(pair),
      connections: [between2(west, east)],
      limits: 'unsupported',
      tolerates: known?.tolerates ?? [],
    } as const;
    scenario(`${column(pair)}, ${name}${known ? ', refused as known' : ''}`, lab, ({ hosts }) =>
      known ? known.body(hosts) : works(hosts, row),
    );
  }
}

// An address of each family at once.
for (const pair of pairs(current, current)) {
  const west = end('west', 'psk', { address: '192.0.2.1', seenAs: 'any', requests: ['ipv4', 'ipv6'] });
  const east = end('east', 'psk', {
    address: '198.51.100.2',
    selectors: [inner[4].eastNet, inner[6].eastNet],
    assigns: { pools: ['10.3.0.0/24', '2001:db8:a3::/112'] },
  });
  const lab = { ...withRouter(pair), connections: [between2(west, east)], limits: 'unsupported' } as const;
  scenario(`${column(pair)}, IPv4 and IPv6 addresses requested`, lab, async ({ hosts }) => {
    await start(hosts);
    await hosts.west.initiate('net');
    for (const family of [4, 6] as const) {
      const own = await ownAddress(hosts.west, family);
      await expect(hosts.west).toReach(hosts.east, { from: own, at: inner[family].east });
      await expect(hosts.east).not.toHaveSentInClear({ to: own });
    }
  });
}
