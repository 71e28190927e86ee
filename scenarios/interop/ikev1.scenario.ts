import { type ConnectionSketch, type EndSketch, expect, type IkeProposal, scenario } from 'espalier';
import { type Ends, establish, start } from './bodies.ts';
import { between2, commonEsp, end, type Method } from './connections.ts';
import { column, current, earlier, type Pair, pairs } from './daemons.ts';
import { inner, withRouter } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

/** IKEv1 has no AEAD algorithms. */
const proposal: IkeProposal = {
  encryption: ['aes-256-cbc'],
  integrity: ['hmac-sha2-256-128'],
  prf: ['hmac-sha2-256'],
  keyExchange: ['modp-2048'],
};

interface Row {
  readonly exchange: 'main' | 'aggressive';
  readonly method?: Method;
  readonly west?: Partial<EndSketch>;
  readonly east?: Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
  readonly body?: (hosts: Ends) => Promise<void>;
}

const user = { user: 'wanda', password: 'what wanda knows' };

async function isVersion1(host: Ends['west']): Promise<void> {
  await expect(async () => (await host.ikeSas()).map(({ version }) => version).join(), {
    what: `versions of the IKE SAs of ${host.name}`,
  }).toBe('1');
}

/** The address comes by Mode Config. */
async function getsAddress({ west, east }: Ends): Promise<void> {
  await start({ west, east });
  await west.initiate('net');
  await expect(west).toRun('ip address', { prints: /inet 10\.3\.0\.\d+\// });
  const [, own = ''] = /inet (10\.3\.0\.\d+)\//.exec((await west.exec('ip address')).stdout) ?? [];
  await expect(west).toReach(east, { from: own, at: path.east });
  await expect(west).toHaveFile('/etc/resolv.conf', `nameserver ${path.east}`);
}

const road = {
  west: { seenAs: 'any', requests: ['ipv4'] },
  east: { assigns: { pools: ['10.3.0.0/24'], dns: [path.east] } },
} as const;

const rows: Readonly<Record<string, Row>> = {
  'IKEv1 main mode': { exchange: 'main' },
  'IKEv1 main mode, rsa': { exchange: 'main', method: 'rsa' },
  'IKEv1 aggressive mode': { exchange: 'aggressive' },
  'IKEv1 main mode with PFS': {
    exchange: 'main',
    both: { child: { proposals: [{ ...commonEsp, keyExchange: ['modp-2048'] }] } },
  },
  'IKEv1 XAUTH': { exchange: 'main', west: { xauth: user } },
  'IKEv1 Mode Config': { exchange: 'main', ...road, body: getsAddress },
  'IKEv1 XAUTH and Mode Config, rsa': {
    exchange: 'main',
    method: 'rsa',
    west: { ...road.west, xauth: user },
    east: road.east,
    body: getsAddress,
  },
};

/** Where the current version has no IKEv1, the last one that has. */
const capable = [...current, ...earlier].filter(({ name }) => ['libreswan-5.2', 'strongswan-6.0.1'].includes(name));
const isCurrent = ([one, other]: Pair) => current.includes(one) && current.includes(other);
const among = pairs(capable, capable).filter((pair) => !isCurrent(pair));

for (const pair of [...pairs(current, current), ...among]) {
  for (const [name, { exchange, method = 'psk', west, east, both, body }] of Object.entries(rows)) {
    const selectors = west?.requests === undefined ? { selectors: [westNet] } : {};
    const ends = [
      end('west', method, { address: '192.0.2.1', ...selectors, ...west }),
      end('east', method, { address: '198.51.100.2', selectors: [eastNet], ...east }),
    ] as const;
    const connection = between2(...ends, { ike: { proposals: [proposal] }, ikev1: exchange, ...both });
    const lab = { ...withRouter(pair), connections: [connection], limits: 'unsupported' } as const;
    scenario(`${column(pair)}, ${name}`, lab, async ({ hosts }) => {
      await (body === undefined ? establish(hosts, path) : body(hosts));
      for (const host of [hosts.west, hosts.east]) await isVersion1(host);
    });
  }
}
