import { type ConnectionSketch, type EndSketch, expect, scenario, type TunnelInterface } from 'espalier';
import { type Ends, establish, passes, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { type Candidate, column, current, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

/** What Child SAs can have beside algorithms and lifetimes. */
interface Row {
  readonly west?: Partial<EndSketch>;
  readonly east?: Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
  readonly body: (hosts: Ends) => Promise<void>;
}

/** Sends until a limit is passed; the SAs are replaced before, and nothing is lost. */
async function replacedInTime(hosts: Ends): Promise<void> {
  await establish(hosts, path);
  const old = hosts.west.ipsecSas();
  for (let round = 0; round < 10; round += 1)
    await hosts.west.exec(`ping -q -n -c 4 -i 0.2 -s 1000 -I ${path.west} ${path.east}`);
  await expect(hosts.west).toHaveIpsecSas({ atLeast: 2 }, { otherThan: old });
  await passes(hosts, path);
}

function byInterface(west: TunnelInterface, east: TunnelInterface, body: Row['body']): Row {
  return { west: { interface: west }, east: { interface: east }, body };
}

const rows: Readonly<Record<string, Row>> = {
  IPComp: {
    both: { child: { ipcomp: true } },
    body: async ({ west, east }) => {
      await start({ west, east });
      await west.initiate('net');
      for (const host of [west, east]) {
        await expect(host).toHaveSa({ protocol: 'ipcomp', compression: 'deflate' }, { count: 2 });
        await expect(host).toHavePolicy({ direction: 'out', protocols: ['ipcomp', 'esp'] });
      }
      await passes({ west, east }, path);
      await expect(west).toReach(east, { from: path.west, at: path.east, size: 1400 });
    },
  },
  'a second Child SA': {
    both: { furtherChildren: [{ name: 'six', selectors: { west: [inner[6].westNet], east: [inner[6].eastNet] } }] },
    body: async ({ west, east }) => {
      await establish({ west, east }, path);
      await west.initiate('six');
      for (const host of [west, east]) {
        await expect(host).toHaveIkeSas(1);
        await expect(host).toHaveIpsecSas(4);
      }
      await passes({ west, east }, inner[6]);
      await west.terminate('six');
      for (const host of [west, east]) await expect(host).toHaveIpsecSas(2);
      await passes({ west, east }, path);
      await west.initiate('six');
      for (const host of [west, east]) await expect(host).toHaveIpsecSas(4);
      await west.terminate('net');
      for (const host of [west, east]) {
        await expect(host).toHaveIkeSas(0);
        await expect(host).toHaveIpsecSas(0);
      }
    },
  },
  'a postquantum preshared key': {
    both: { ppk: { id: 'ppk-of-both', secret: 'known to west and east, and to no quantum computer' } },
    body: (hosts) => establish(hosts, path),
  },
  'octets run out': { west: { own: { child: { lifetimeBytes: 40_000 } } }, body: replacedInTime },
  'packets run out': { west: { own: { child: { lifetimePackets: 40 } } }, body: replacedInTime },
  'XFRM interfaces': byInterface({ kind: 'xfrm', id: 5 }, { kind: 'xfrm', id: 7 }, async (hosts) => {
    await establish(hosts, path);
    for (const [host, id] of [
      [hosts.west, 5],
      [hosts.east, 7],
    ] as const) {
      await expect(host).toHaveSa({ ifId: id }, { count: 2 });
      await expect(host).toHavePolicy({ direction: 'out', ifId: id });
      await expect(host).toHaveInterfaceCounter(`ipsec${id}`, 'rx_packets', { atLeast: 1 });
    }
    await hosts.west.daemon.restart();
    await hosts.west.initiate('net');
    await passes(hosts, path);
  }),
  VTI: byInterface({ kind: 'vti', id: 5 }, { kind: 'vti', id: 7 }, async (hosts) => {
    await establish(hosts, path);
    for (const [host, mark] of [
      [hosts.west, 5],
      [hosts.east, 7],
    ] as const) {
      await expect(host).toHavePolicy({ direction: 'out', mark });
      await expect(host).toHaveInterfaceCounter(`vti${mark}`, 'rx_packets', { atLeast: 1 });
      await expect(host).toHaveXfrmCounter('XfrmInNoPols', 0);
    }
  }),
};

function lab(pair: Pair, { west, east, both }: Row) {
  const ends = [
    end('west', 'psk', { address: outer[4].west, selectors: [westNet], ...west }),
    end('east', 'psk', { address: outer[4].east, selectors: [eastNet], ...east }),
  ] as const;
  const { child } = between2(...ends);
  // Routes come of the interfaces where there are any.
  const { hosts, links } = west?.interface === undefined ? direct(pair) : withoutRoutes(pair);
  return { hosts, links, connections: [between2(...ends, { ...both, child: { ...child, ...both?.child } })] };
}

function withoutRoutes(pair: Pair) {
  const [initiator, responder] = pair;
  return { ...direct(pair), hosts: { west: initiator.host({}), east: responder.host({}) } };
}

for (const pair of pairs(current, current)) {
  for (const [name, row] of Object.entries(rows)) {
    scenario(`${column(pair)}, ${name}`, { ...lab(pair, row), limits: 'unsupported' }, ({ hosts }) => row.body(hosts));
  }
}

const openiked: readonly Candidate[] = current.filter(({ implementation }) => implementation === 'openiked');

for (const pair of pairs(openiked, openiked)) {
  const { IPComp = { body: async () => {} } } = rows;
  scenario(`${column(pair)}, IPComp tried`, { ...lab(pair, IPComp), limits: 'tried' }, async ({ hosts }) => {
    await start(hosts);
    await hosts.west.initiate('net');
    await expect(hosts.west).toHaveSa({ protocol: 'ipcomp', mode: 'tunnel' });
    await expect(hosts.west).toHaveSa({ protocol: 'esp', mode: 'transport' });
    await expect(hosts.west).toHavePolicy({ direction: 'out', protocols: ['esp'], mode: 'tunnel' });
    await expect(hosts.west).not.toReach(hosts.east, { from: path.west, at: path.east });
    await expect(hosts.west).toHaveXfrmCounter('XfrmOutNoStates', { atLeast: 3 });
  });
}
