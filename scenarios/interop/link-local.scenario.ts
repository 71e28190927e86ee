import { expect, scenario } from 'espalier';
import { type Ends, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { column, current, type Pair, pairs } from './daemons.ts';
import { inner } from './labs.ts';

const { westNet, eastNet, ...path } = inner[6];
const outer = { west: 'fe80::1', east: 'fe80::2' } as const;

/** Two gateways that find each other by addresses which hold on their link alone. */
function lab([initiator, responder]: Pair, mode: 'tunnel' | 'transport') {
  const selectors = (network: string) => (mode === 'tunnel' ? { selectors: [network] } : {});
  return {
    hosts: { west: initiator.host({}), east: responder.host({}) },
    links: {
      wan: { west: 'fe80::1/64', east: 'fe80::2/64' },
      'west-lan': { west: `${path.west}/64` },
      'east-lan': { east: `${path.east}/64` },
    },
    connections: [
      between2(
        end('west', 'psk', { address: outer.west, ...selectors(westNet) }),
        end('east', 'psk', { address: outer.east, ...selectors(eastNet) }),
        { mode },
      ),
    ],
    limits: 'unsupported',
  } as const;
}

async function isUp({ west, east }: Ends): Promise<void> {
  await start({ west, east });
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  await expect(west).toHaveSa({ direction: 'out', source: outer.west, destination: outer.east });
}

for (const pair of pairs(current, current)) {
  scenario(`${column(pair)}, psk transport, link-local`, lab(pair, 'transport'), async ({ hosts }) => {
    await isUp(hosts);
    await expect(hosts.west).toReach(`${outer.east}%eth0`);
    await expect(hosts.west).toHaveSa({ direction: 'out', packets: { atLeast: 1 } });
    await expect(hosts.west).not.toHaveSentInClear({ to: outer.east });
  });
  scenario(`${column(pair)}, psk tunnel, link-local`, lab(pair, 'tunnel'), async ({ hosts }) => {
    const { west, east } = hosts;
    await west.exec(`ip -6 route add ${eastNet} via ${outer.east} dev eth0`);
    await east.exec(`ip -6 route add ${westNet} via ${outer.west} dev eth0`);
    await isUp(hosts);
    await expect(west).toReach(east, { from: path.west, at: path.east });
    await expect(west).not.toHaveSentInClear({ to: path.east });
  });
}
