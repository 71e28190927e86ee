import { type DaemonHost, delay, type EndSketch, expect, ike, linux, type Net, psk, scenario } from 'espalier';
import { commonEsp, commonIke } from './connections.ts';
import { type Candidate, column, current, type Pair, pairs } from './daemons.ts';

type Peer = 'west' | 'other';

/** Two peers of one gateway: the address of each, and the network behind it. */
const peers = {
  west: { address: '192.0.2.1', inner: '10.1.0.1', net: '10.1.0.0/24' },
  other: { address: '203.0.113.1', inner: '10.4.0.1', net: '10.4.0.0/24' },
} as const;
const gate = { address: '198.51.100.2', inner: '10.2.0.1', net: '10.2.0.0/24' } as const;
const authentication = psk('known to these two alone');

interface Hosts {
  readonly west: DaemonHost;
  readonly other: DaemonHost;
  readonly east: DaemonHost;
}

interface Stage {
  readonly hosts: Hosts;
  readonly net: Net<'other-wan'>;
}

/** What a daemon does in place of what is right. */
interface Known {
  readonly what: string;
  readonly body: (stage: Stage) => Promise<void>;
}

interface Row {
  readonly peer: (name: Peer) => Partial<EndSketch<Peer>>;
  readonly east: Partial<EndSketch<'east'>>;
  readonly body: (stage: Stage) => Promise<void>;
  /** By the gateway's daemon. */
  readonly known?: (gate: Candidate) => Known | undefined;
  readonly lacks?: (pair: Pair) => string | undefined;
}

/** Both peers initiate, one after the other, and the gateway has the SAs of both. */
async function establishBoth({ west, other, east }: Hosts): Promise<void> {
  for (const host of [east, west, other]) await host.daemon.start();
  await west.initiate('west');
  await expect(west).toHaveIpsecSas(2);
  await other.initiate('other');
  await expect(other).toHaveIpsecSas(2);
  await expect(east).toHaveIkeSas(2);
  await expect(east).toHaveIpsecSas(4);
}

/** The second peer authenticates itself two seconds after its first message, and the first one does meanwhile. */
async function overlapping({ hosts: { west, other, east }, net }: Stage): Promise<void> {
  await east.daemon.start();
  const late = await net.link('other-wan').on(ike({ exchange: 'IKE_AUTH', from: 'other' }), delay('2s'));
  await other.daemon.start();
  await west.daemon.start();
  await expect(west).toHaveIpsecSas(2);
  await expect(() => late.count, { what: 'IKE_AUTH that came late' }).toBe(1);
}

/**
 * Of a peer that has not said who it is pluto 5.2 thinks that it is the one of its first connection; once that one is there, it deletes what
 * it takes for its older IKE SA.
 */
const forgets: Known = {
  what: 'the second one is forgotten',
  body: async (stage) => {
    await overlapping(stage);
    await expect(stage.hosts.east).toHaveLogged('deleting IKE SA (sent IKE_SA_INIT response');
  },
};

/** The address of the pool that a host got. */
async function assignedTo(host: DaemonHost): Promise<string> {
  const pool = /inet (10\.3\.0\.\d+)\//;
  await expect(host).toRun('ip address', { prints: pool });
  return pool.exec((await host.exec('ip address')).stdout)?.[1] ?? '';
}

/** Packets to the networks of both peers leave by one interface, and those of each come back by it. */
function overInterface(kind: 'xfrm' | 'vti'): Row {
  const name = kind === 'xfrm' ? 'ipsec5' : 'vti5';
  return {
    peer: () => ({}),
    east: { interface: { kind, id: 5 } },
    body: async ({ hosts }) => {
      await establishBoth(hosts);
      for (const one of ['west', 'other'] as const) {
        await expect(hosts[one]).toReach(hosts.east, { from: peers[one].inner, at: gate.inner });
        await expect(hosts.east).toHaveRoute(peers[one].net, { dev: name });
        await expect(hosts.east).not.toHaveSentInClear({ to: peers[one].inner });
      }
      await expect(hosts.east).toHaveInterfaceCounter(name, 'rx_packets', { atLeast: 2 });
      await expect(hosts.east).toHaveInterfaceCounter(name, 'tx_packets', { atLeast: 2 });
    },
  };
}

const rows: Readonly<Record<string, Row>> = {
  'two peers share a pool': {
    peer: () => ({ seenAs: 'any', requests: ['ipv4'] }),
    east: { assigns: { pools: ['10.3.0.0/24'] } },
    body: async ({ hosts }) => {
      await establishBoth(hosts);
      const [one, another] = [await assignedTo(hosts.west), await assignedTo(hosts.other)];
      await expect(one, { what: 'the address of west' }).not.toBe(another);
      await expect(hosts.west).toReach(hosts.east, { from: one, at: gate.inner });
      await expect(hosts.other).toReach(hosts.east, { from: another, at: gate.inner });
    },
    lacks: ([initiator, responder]) =>
      initiator.implementation === 'openiked' && responder.implementation === 'strongswan'
        ? 'charon takes `from dynamic` of iked for an address (row `IPv4 address requested, refused as known`)'
        : undefined,
  },
  'two peers initiate at once': {
    peer: () => ({ seenAs: 'any', start: 'start' }),
    east: {},
    body: async (stage) => {
      await overlapping(stage);
      const { west, other, east } = stage.hosts;
      await expect(other).toHaveIpsecSas(2);
      await expect(east).toHaveIkeSas(2);
      await expect(west).toReach(east, { from: peers.west.inner, at: gate.inner });
      await expect(other).toReach(east, { from: peers.other.inner, at: gate.inner });
    },
    known: ({ implementation }) => (implementation === 'libreswan' ? forgets : undefined),
  },
  'two peers over an XFRM interface': overInterface('xfrm'),
  'two peers over a VTI': overInterface('vti'),
};

function lab([initiator, responder]: Pair, { peer, east }: Row) {
  const connection = (name: Peer) => {
    const own: EndSketch<Peer> = {
      host: name,
      identity: `${name}.test`,
      address: peers[name].address,
      ...peer(name),
    };
    const selectors = own.requests === undefined ? { selectors: [peers[name].net] } : {};
    const other: EndSketch<'east'> = {
      host: 'east',
      identity: 'east.test',
      address: gate.address,
      selectors: [gate.net],
      ...east,
    };
    return {
      name,
      authentication,
      ends: [{ ...own, ...selectors }, other],
      ike: { proposals: [commonIke] },
      child: { proposals: [commonEsp] },
    } as const;
  };
  const routes = { default: 'router' };
  return {
    hosts: {
      west: initiator.host({ routes }),
      other: initiator.host({ routes }),
      router: linux(),
      east: responder.host({ routes }),
    },
    links: {
      'west-wan': { west: '192.0.2.1/24', router: '192.0.2.9/24' },
      'other-wan': { other: '203.0.113.1/24', router: '203.0.113.9/24' },
      'east-wan': { east: '198.51.100.2/24', router: '198.51.100.9/24' },
      'west-lan': { west: '10.1.0.1/24' },
      'other-lan': { other: '10.4.0.1/24' },
      'east-lan': { east: '10.2.0.1/24' },
    },
    connections: [connection('west'), connection('other')],
    limits: 'unsupported',
  } as const;
}

for (const pair of pairs(current, current)) {
  for (const [name, row] of Object.entries(rows)) {
    const unsupported = row.lacks?.(pair);
    const known = row.known?.(pair[1]);
    const title = `${column(pair)}, ${name}${known === undefined ? '' : `, ${known.what}, as known`}`;
    scenario(title, { ...lab(pair, row), unsupported }, known?.body ?? row.body);
  }
}
