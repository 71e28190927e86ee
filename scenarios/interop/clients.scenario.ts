import {
  type Clock,
  type ConnectionSketch,
  type EndSketch,
  type EspProposal,
  expect,
  type IkeProposal,
  type Net,
  scenario,
  type ToleratedFault,
} from 'espalier';
import { type Ends, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { type Candidate, clients, column, current, earlier, type Pair, pairs } from './daemons.ts';
import { initiatorBehindNat, inner, withRouter } from './labs.ts';

const { eastNet, east: far } = inner[4];

/** What all have in common: pluto refuses AES of vpnc, which names the length of the key before the cipher. */
const ike: IkeProposal = {
  encryption: ['3des-cbc'],
  integrity: ['hmac-sha1-96'],
  prf: ['hmac-sha1'],
  keyExchange: ['modp-2048'],
};
const esp: EspProposal = { encryption: ['aes-256-cbc'], integrity: ['hmac-sha1-96'] };

const user = { user: 'wanda', password: 'what wanda knows' };

interface Stage {
  readonly hosts: Ends;
  readonly pair: Pair;
  readonly net: Net<'wan'>;
  readonly clock: Clock;
}

interface Row {
  readonly withoutXauth?: true;
  readonly west?: Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
  readonly isBehindNat?: true;
  /** Limits are tried: what the daemons answer then. */
  readonly tried?: true;
  /** Whether it is for this responder. Default: for all. */
  readonly isFor?: (responder: Candidate) => boolean;
  readonly tolerates?: readonly ToleratedFault<keyof Ends>[];
  readonly body?: (stage: Stage) => Promise<void>;
}

/** What the kernel itself says over IPv6 on a new device, vpnc would send through its tunnel as if it were IPv4. */
async function startBoth(hosts: Ends): Promise<void> {
  await hosts.west.exec('sysctl -qw net.ipv6.conf.default.disable_ipv6=1');
  await start(hosts);
}

const assigned = /inet (10\.3\.0\.\d+)\//;

/** The address comes by Mode Config, and with it all of the tunnel. */
async function isUp({ west, east }: Ends): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(1);
    await expect(host).toHaveIpsecSas(2);
  }
  await expect(west).toRun('ip address', { prints: assigned });
  const [, own = ''] = assigned.exec((await west.exec('ip address')).stdout) ?? [];
  await expect(west).toReach(east, { from: own, at: far });
  await expect(east).toReach(own, { from: far });
  await expect(west).not.toHaveSentInClear({ to: far });
  await expect(east).not.toHaveSentInClear({ to: own });
}

async function establish({ hosts }: Stage): Promise<void> {
  await startBoth(hosts);
  await hosts.west.initiate('net');
  await isUp(hosts);
}

async function isGone({ west, east }: Ends): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
  await expect(west).not.toRun('ip address', { prints: assigned });
}

/** West is refused, and has nothing. */
function refused(who: keyof Ends, what: string | RegExp, before?: (hosts: Ends) => Promise<void>) {
  return async ({ hosts }: Stage): Promise<void> => {
    await before?.(hosts);
    await startBoth(hosts);
    await hosts.west.initiate('net');
    await expect(hosts[who]).toHaveLogged(what);
    await expect(hosts.west).toHaveIkeSas(0);
    await expect(hosts.east).toHaveIpsecSas(0);
  };
}

/** In vpnc's own file. */
const changed =
  (from: string, to: string) =>
  async ({ west }: Ends) => {
    await west.exec(`sed -i 's/${from}/${to}/' /etc/vpnc/net.conf`);
  };

/**
 * vpnc deletes both of its SPIs by one payload. With the first of them pluto deletes the IPsec SA, and the IKE SA that has no other one, and goes on with the
 * second.
 */
const crashing = 'libreswan-4.10';

const ends: ToleratedFault<'west'> = {
  what: 'daemon-ended',
  host: 'west',
  why: 'vpnc runs as long as its tunnel is there',
};

const rows: Readonly<Record<string, Row>> = {
  'XAUTH and Mode Config': {
    body: async (stage) => {
      await establish(stage);
      await expect(stage.hosts.west).toHaveFile('/etc/resolv.conf', `nameserver ${far}`);
    },
  },
  'perfect forward secrecy': { both: { child: { proposals: [{ ...esp, keyExchange: ['modp-2048'] }] } } },
  'AES-128 for ESP': { both: { child: { proposals: [{ ...esp, encryption: ['aes-128-cbc'] }] } } },
  '3DES for ESP': { both: { child: { proposals: [{ ...esp, encryption: ['3des-cbc'] }] } } },
  'no encryption': { both: { child: { proposals: [{ ...esp, encryption: ['null'] }] } } },
  'group 16': { both: { ike: { proposals: [{ ...ike, keyExchange: ['modp-4096'] }] } } },
  'UDP encapsulation forced': { west: { own: { encapsulation: 'force' } } },
  'behind NAT': { isBehindNat: true },
  'AES for IKE': {
    isFor: ({ implementation }) => implementation === 'strongswan',
    both: { ike: { proposals: [{ ...ike, encryption: ['aes-256-cbc'] }] } },
  },
  'AES for IKE, refused as known': {
    isFor: ({ implementation }) => implementation === 'libreswan',
    both: { ike: { proposals: [{ ...ike, encryption: ['aes-256-cbc'] }] } },
    body: refused('east', 'not preceded by'),
  },
  'initiator deletes': {
    isFor: ({ name }) => name !== crashing,
    body: async (stage) => {
      await establish(stage);
      await stage.hosts.west.terminate('net');
      await isGone(stage.hosts);
      await stage.hosts.west.initiate('net');
      await isUp(stage.hosts);
    },
  },
  'initiator deletes, the responder crashes as known': {
    isFor: ({ name }) => name === crashing,
    tolerates: [
      { what: 'died', host: 'east', text: 'SIGSEGV', why: 'pluto 4.10 does not survive a Delete of two SPIs' },
    ],
    body: async (stage) => {
      await establish(stage);
      await stage.hosts.west.terminate('net');
      await expect(stage.hosts.west).toHaveIkeSas(0);
      await expect(stage.hosts.west).toHaveIpsecSas(0);
      await expect(stage.hosts.east).not.toRun('pidof pluto');
    },
  },
  'responder deletes': {
    tolerates: [ends],
    body: async (stage) => {
      await establish(stage);
      await stage.hosts.east.terminate('net');
      await stage.clock.advance(30);
      await isGone(stage.hosts);
    },
  },
  'a dead peer': {
    tolerates: [ends],
    west: { own: { liveness: { delay: 10 } } },
    body: async (stage) => {
      await establish(stage);
      await stage.net.link('wan').cut();
      await stage.clock.advance(120);
      await expect(stage.hosts.west).toHaveIkeSas(0);
      await expect(stage.hosts.west).toHaveIpsecSas(0);
    },
  },
  'a wrong secret': { body: refused('west', 'hash comparison failed', changed('known to', 'unknown to')) },
  'a wrong password': { body: refused('west', 'authentication unsuccessful', changed('wanda knows', 'wanda knew')) },
  'main mode tried': {
    both: { ikev1: 'main' },
    tried: true,
    body: refused('west', /no response from target|response was invalid/),
  },
  'no XAUTH tried': {
    withoutXauth: true,
    tried: true,
    body: refused('east', /no \(wildcard\) connection has been configured with authby PSK|none allows XAuthInitPSK/),
  },
};

/** Addresses of both where a router is between them, and where a NAT box is. */
const places = { router: ['192.0.2.1', '198.51.100.2'], nat: ['198.51.100.1', '192.0.2.2'] } as const;

function settingsOf({ withoutXauth, west, both, isBehindNat, tried, tolerates = [] }: Row) {
  const [here, there] = places[isBehindNat ? 'nat' : 'router'];
  const ends = [
    end('west', 'psk', {
      address: here,
      identity: 'keyid:road',
      seenAs: 'any',
      requests: ['ipv4'],
      ...(!withoutXauth && { xauth: user }),
      ...west,
    }),
    end('east', 'psk', {
      address: there,
      selectors: [eastNet],
      assigns: { pools: ['10.3.0.0/24'], dns: [far] },
    }),
  ] as const;
  const proposals = { ike: { proposals: [ike] }, child: { proposals: [esp] } };
  return {
    connections: [between2(...ends, { ...proposals, ikev1: 'aggressive', ...both })],
    limits: tried ? 'tried' : 'unsupported',
    tolerates,
  } as const;
}

/** East leads what goes to the addresses that it gives to where its peer is. */
function behindNat(pair: Pair) {
  const { hosts, links } = initiatorBehindNat(pair);
  return { hosts: { ...hosts, east: pair[1].host({ routes: { '10.3.0.0/24': '192.0.2.9' } }) }, links };
}

/** Those that have IKEv1. */
const responders = [...current, ...earlier].filter(({ name }) =>
  ['libreswan-5.2', 'libreswan-4.10', 'strongswan-6.0.1', 'strongswan-5.9.8'].includes(name),
);

for (const [at, client] of clients.entries()) {
  for (const pair of pairs([client], responders)) {
    // One row shows that an earlier version is there; all are of the same code, as far as labs can tell.
    for (const [row, one] of Object.entries(rows).slice(0, at === 0 ? undefined : 1)) {
      if (one.isFor?.(pair[1]) === false) continue;
      const name = `${column(pair)}, ${row}`;
      const body = (given: Omit<Stage, 'pair'>) => (one.body ?? establish)({ ...given, pair });
      const settings = settingsOf(one);
      if (one.isBehindNat) scenario(name, { ...behindNat(pair), ...settings }, body);
      else scenario(name, { ...withRouter(pair), ...settings }, body);
    }
  }
}
