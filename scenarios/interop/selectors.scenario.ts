import { type ConnectionSketch, type EndSketch, expect, scenario } from 'espalier';
import { type Ends, establish, start } from './bodies.ts';
import { between2, commonEsp, end } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

interface Row {
  readonly west?: Partial<EndSketch>;
  readonly east?: Partial<EndSketch>;
  readonly child?: ConnectionSketch['child'];
  readonly body: (hosts: Ends) => Promise<void>;
}

const tcp = 6;

/** TCP to a port is protected, and other packets have no policy (RFC 4301, 4.4.1.1). */
async function protects({ west, east }: Ends, port: number): Promise<void> {
  await start({ west, east });
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIpsecSas(2);
    await expect(host).toHavePolicy({ direction: 'out', protocol: tcp }, { count: 1 });
  }
  await expect(west).toConnect(east, { from: path.west, at: path.east, port });
  await expect(west).toHaveSa({ direction: 'out', packets: { atLeast: 3 } });
  await expect(west).not.toHaveSentInClear({ to: path.east });
  await expect(west).toReach(east, { from: path.west, at: path.east });
  await expect(west).toHaveSentInClear({ to: path.east });
}

const rows: Readonly<Record<string, Row>> = {
  'TCP alone': {
    west: { selectors: [{ network: westNet, protocol: tcp }] },
    east: { selectors: [{ network: eastNet, protocol: tcp }] },
    body: (hosts) => protects(hosts, 80),
  },
  'TCP to one port': {
    west: { selectors: [{ network: westNet, protocol: tcp }] },
    east: { selectors: [{ network: eastNet, protocol: tcp, port: 80 }] },
    body: async (hosts) => {
      await protects(hosts, 80);
      await expect(hosts.west).toHavePolicy({ direction: 'out', protocol: tcp, destinationPort: 80 });
      await expect(hosts.east).toHavePolicy({ direction: 'out', protocol: tcp, sourcePort: 80 });
    },
  },
  'two networks at each end': {
    west: { selectors: [westNet, '10.11.0.0/24'] },
    east: { selectors: [eastNet, '10.12.0.0/24'] },
    body: async (hosts) => {
      await establish(hosts, path);
      for (const [source, destination] of [
        [westNet, eastNet],
        [westNet, '10.12.0.0/24'],
        ['10.11.0.0/24', eastNet],
        ['10.11.0.0/24', '10.12.0.0/24'],
      ] as const)
        await expect(hosts.west).toHavePolicy({ direction: 'out', source, destination }, { count: 1 });
    },
  },
  'a replay window of 128 packets': {
    child: { replayWindow: 128 },
    body: async (hosts) => {
      await establish(hosts, path);
      for (const host of [hosts.west, hosts.east])
        await expect(host).toHaveSa({ direction: 'in', replayWindow: 128 }, { count: 1 });
    },
  },
  'no replay window': {
    child: { replayWindow: 0 },
    body: async (hosts) => {
      await establish(hosts, path);
      for (const host of [hosts.west, hosts.east])
        await expect(host).toHaveSa({ direction: 'in', replayWindow: 0 }, { count: 1 });
    },
  },
};

for (const pair of pairs(current, current)) {
  for (const [name, { west, east, child, body }] of Object.entries(rows)) {
    const connection = between2(
      end('west', 'psk', { address: outer[4].west, selectors: [westNet], ...west }),
      end('east', 'psk', { address: outer[4].east, selectors: [eastNet], ...east }),
      { child: { proposals: [commonEsp], ...child } },
    );
    const lab = { ...direct(pair), connections: [connection], limits: 'unsupported' } as const;
    scenario(`${column(pair)}, ${name}`, lab, ({ hosts }) => body(hosts));
  }
}
