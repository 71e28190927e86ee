import { type ConnectionSketch, type EndSketch, type EspProposal, expect, type IkeProposal, scenario } from 'espalier';
import { type Ends, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { clients, column, current, earlier, pairs } from './daemons.ts';
import { inner, withRouter } from './labs.ts';

const { eastNet, ...path } = inner[4];

/** pluto refuses vpnc's AES, whose key length stands in front of the cipher that it is of. */
const proposals: readonly IkeProposal[] = [
  {
    encryption: ['3des-cbc'],
    integrity: ['hmac-sha1-96'],
    prf: ['hmac-sha1'],
    keyExchange: ['modp-2048'],
  },
];
const esp: EspProposal = { encryption: ['aes-256-cbc'], integrity: ['hmac-sha1-96'] };

const user = { user: 'wanda', password: 'what wanda knows' };

/** The address comes by Mode Config. */
async function works({ west, east }: Ends): Promise<void> {
  // What the kernel itself says over IPv6 on a new device, vpnc would send through its tunnel as if it were IPv4.
  await west.exec('sysctl -qw net.ipv6.conf.default.disable_ipv6=1');
  await start({ west, east });
  await west.initiate('net');
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  await expect(west).toRun('ip address', { prints: /inet 10\.3\.0\.\d+\// });
  const [, own = ''] = /inet (10\.3\.0\.\d+)\//.exec((await west.exec('ip address')).stdout) ?? [];
  await expect(west).toReach(east, { from: own, at: path.east });
  await expect(east).toReach(own, { from: path.east });
  await expect(west).not.toHaveSentInClear({ to: path.east });
  await expect(east).not.toHaveSentInClear({ to: own });
  await expect(west).toHaveFile('/etc/resolv.conf', `nameserver ${path.east}`);
}

const capable = [...current, ...earlier].filter(({ name }) =>
  ['libreswan-5.2', 'libreswan-4.10', 'strongswan-6.0.1', 'strongswan-5.9.8'].includes(name),
);

interface Row {
  readonly west?: Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
}

const rows: Readonly<Record<string, Row>> = {
  'XAUTH and Mode Config': { west: { xauth: user } },
};

for (const pair of pairs(clients, capable)) {
  for (const [name, { west, both }] of Object.entries(rows)) {
    const ends = [
      end('west', 'psk', { address: '192.0.2.1', identity: 'keyid:road', seenAs: 'any', requests: ['ipv4'], ...west }),
      end('east', 'psk', {
        address: '198.51.100.2',
        selectors: [eastNet],
        assigns: { pools: ['10.3.0.0/24'], dns: [path.east] },
      }),
    ] as const;
    const connection = between2(...ends, {
      ike: { proposals },
      child: { proposals: [esp] },
      ikev1: 'aggressive',
      ...both,
    });
    const lab = { ...withRouter(pair), connections: [connection], limits: 'unsupported' } as const;
    scenario(`${column(pair)}, ${name}`, lab, ({ hosts }) => works(hosts));
  }
}
