import {
  type ConnectionSketch,
  type DaemonHost,
  delay,
  type EndSketch,
  expect,
  ip,
  type Net,
  scenario,
  type ToleratedFault,
} from 'espalier';
import { type Ends, establish, passes, start } from './bodies.ts';
import { between2, commonEsp, end } from './connections.ts';
import { column, current, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

interface Stage {
  readonly hosts: Ends;
  readonly net: Net<'wan'>;
}

/** What an end knows of the other one, and does to packets and peers beside its SAs. */
interface Row {
  readonly west?: Partial<EndSketch>;
  readonly east?: Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
  readonly tolerates?: readonly ToleratedFault<keyof Ends>[];
  readonly body: (stage: Stage) => Promise<void>;
}

/** The traffic selectors are the smaller ones of what the two propose and accept (RFC 7296, 2.9). */
async function isNarrow({ hosts }: Stage): Promise<void> {
  await establish(hosts, path);
  for (const [host, source, destination] of [
    [hosts.west, westNet, eastNet],
    [hosts.east, eastNet, westNet],
  ] as const) {
    await expect(host).toHavePolicy({ direction: 'out', source, destination }, { count: 1 });
  }
}

/** Packets of the networks have the mark, and so has ESP before its SA is looked for. */
async function markPackets(host: DaemonHost, mark: number): Promise<void> {
  await host.exec('nft add table ip marks');
  for (const [name, hook] of [
    ['sent', 'type route hook output priority mangle'],
    ['got', 'type filter hook prerouting priority mangle'],
  ])
    await host.exec(`nft 'add chain ip marks ${name} { ${hook}; }'`);
  await host.exec(`nft add rule ip marks sent ip daddr 10.0.0.0/8 meta mark set ${mark}`);
  await host.exec(`nft add rule ip marks got meta l4proto esp meta mark set ${mark}`);
}

const updown = '/usr/local/libexec/updown';
const seen = '/run/updown.seen';
const updownProgram = `#!/bin/sh\necho "$PLUTO_VERB $PLUTO_PEER_CLIENT" >> ${seen}\n`;

/** Says nothing about its first contact, which would decide before the other end's policy does. */
const silent: Partial<EndSketch> = { own: { uniqueIds: 'allow' } };

/** Kills the initiator, which knows nothing afterwards, and has it initiate again. */
async function comesAgain({ west, east }: Ends): Promise<void> {
  await establish({ west, east }, path);
  await west.daemon.kill();
  await west.exec('ip xfrm state flush; ip xfrm policy flush');
  await west.daemon.start();
  await west.initiate('net');
  await expect(west).toHaveIpsecSas(2);
}

const rows: Readonly<Record<string, Row>> = {
  'responder narrows': { west: { peerSelectors: ['10.2.0.0/16'] }, body: isNarrow },
  'responder would take more': { east: { peerSelectors: ['10.1.0.0/16'] }, body: isNarrow },
  'found by names': {
    west: { dnsName: 'gate.west.test' },
    east: { dnsName: 'gate.east.test' },
    body: ({ hosts }) => establish(hosts, path),
  },
  'known by key IDs': {
    west: { identity: 'keyid:the-west' },
    east: { identity: 'keyid:the-east' },
    body: ({ hosts }) => establish(hosts, path),
  },
  // That packets without a mark go out in clear cannot be asked of charon: its plugin forecast marks all that the selectors hold
  // (mangle table of iptables-legacy: PREROUTING and OUTPUT).
  'marked packets alone': {
    west: { mark: 5 },
    east: { mark: 7 },
    body: async ({ hosts }) => {
      for (const [host, mark] of [
        [hosts.west, 5],
        [hosts.east, 7],
      ] as const)
        await markPackets(host, mark);
      await establish(hosts, path);
      await expect(hosts.west).toHavePolicy({ direction: 'out', mark: 5 });
      await expect(hosts.east).toHavePolicy({ direction: 'out', mark: 7 });
    },
  },
  'updown programs': {
    west: { updown },
    east: { updown },
    body: async ({ hosts }) => {
      for (const host of [hosts.west, hosts.east]) await host.writeFile(updown, updownProgram, 0o755);
      await establish(hosts, path);
      await expect(hosts.west).toHaveFile(seen, `up-client ${eastNet}`);
      await expect(hosts.east).toHaveFile(seen, `up-client ${westNet}`);
      await hosts.west.terminate('net');
      await expect(hosts.west).toHaveFile(seen, `down-client ${eastNet}`);
      await expect(hosts.east).toHaveFile(seen, `down-client ${westNet}`);
    },
  },
  'DSCP copied outwards': {
    both: { child: { copyDscp: 'out', copyEcn: true } },
    body: (stage) => copies(stage, { out: true, in: false, ecn: true }),
  },
  'DSCP copied inwards': {
    both: { child: { copyDscp: 'in' } },
    body: (stage) => copies(stage, { out: false, in: true, ecn: true }),
  },
  'DSCP copied inwards, ECN not at all': {
    both: { child: { copyDscp: 'in', copyEcn: false } },
    body: (stage) => copies(stage, { out: false, in: true, ecn: false }),
  },
  'DSCP copied both ways': {
    both: { child: { copyDscp: 'both' } },
    body: (stage) => copies(stage, { out: true, in: true, ecn: true }),
  },
  'a peer has one IKE SA': {
    west: silent,
    east: { own: { uniqueIds: 'replace' } },
    body: async ({ hosts }) => {
      await comesAgain(hosts);
      await expect(hosts.east).toHaveIkeSas(1);
      await passes(hosts, path);
    },
  },
  'a peer has several IKE SAs': {
    west: silent,
    east: { own: { uniqueIds: 'allow' } },
    tolerates: [{ what: 'half-open', host: 'east', why: 'the initiator has lost its first SAs, and nobody asks' }],
    body: async ({ hosts }) => {
      await comesAgain(hosts);
      await expect(hosts.east).toHaveIkeSas(2);
      await passes(hosts, path);
    },
  },
  'session resumption': {
    both: { resumption: true },
    body: async ({ hosts }) => {
      await establish(hosts, path);
      const before = await hosts.west.ikeSas();
      await hosts.west.exec('ipsec whack --suspend --name net');
      await hosts.west.initiate('net');
      await expect(hosts.west).toHaveIkeSas(1, { otherThan: before });
      await expect(hosts.west).toHaveLogged('processed IKE_SESSION_RESUME response');
      await passes(hosts, path);
    },
  },
};

/** What is copied between the inner header and the outer one. */
interface Copied {
  readonly out: boolean;
  readonly in: boolean;
  readonly ecn: boolean;
}

/** Expedited forwarding (RFC 3246). */
const expedited = 0xb8;

async function copies({ hosts, net }: Stage, copied: Copied): Promise<void> {
  await establish(hosts, path);
  for (const host of [hosts.west, hosts.east]) {
    await expect(host).toHaveSa({ direction: 'out', copiesDscp: copied.out, copiesEcn: copied.ecn });
    await expect(host).toHaveSa({ direction: 'in', copiesDscp: copied.in, copiesEcn: copied.ecn });
  }
  const sent = await net.link('wan').on(ip({ protocol: 50, from: 'west' }), delay('1ms'));
  await hosts.west.exec(`ping -q -c 1 -Q ${expedited} -I ${path.west} ${path.east}`);
  const [frame] = sent.frames;
  await expect(frame?.[15], { what: 'the type of service of ESP' }).toBe(copied.out ? expedited : 0);
}

for (const pair of pairs(current, current)) {
  for (const [name, { west, east, both, tolerates = [], body }] of Object.entries(rows)) {
    const ends = [
      end('west', 'psk', { address: outer[4].west, selectors: [westNet], ...west }),
      end('east', 'psk', { address: outer[4].east, selectors: [eastNet], ...east }),
    ] as const;
    const { child } = between2(...ends);
    const connections = [between2(...ends, { ...both, child: { ...child, ...both?.child } })];
    const lab = { ...direct(pair), connections, limits: 'unsupported', tolerates } as const;
    scenario(`${column(pair)}, ${name}`, lab, body);
  }
}

/** What a daemon does where a limit says that it cannot do otherwise. */
interface Trial {
  readonly row: string;
  readonly pair: readonly [initiator: number, responder: number];
  readonly east?: Partial<EndSketch>;
  readonly child?: ConnectionSketch['child'];
  readonly body: (stage: Stage) => Promise<void>;
}

const [libreswan, strongswan, openiked] = [0, 1, 2];
const trials: readonly Trial[] = [
  // pluto 5.2 has a setting for it that does nothing.
  {
    row: 'DSCP copied outwards',
    pair: [libreswan, libreswan],
    child: { copyDscp: 'out' },
    body: (stage) => copies(stage, { out: false, in: false, ecn: true }),
  },
  // iked has the flows of its own policy, whatever was negotiated; charon takes of its answer what it had proposed.
  {
    row: 'responder would take more',
    pair: [strongswan, openiked],
    east: { peerSelectors: ['10.1.0.0/16'] },
    body: async ({ hosts }) => {
      await establish(hosts, path);
      await expect(hosts.west).toHavePolicy({ direction: 'out', source: westNet, destination: eastNet });
      await expect(hosts.east).toHavePolicy({ direction: 'out', source: eastNet, destination: '10.1.0.0/16' });
    },
  },
];

for (const { row, pair: numbers, east: more, child, body } of trials) {
  const pair = numbers.map((number) => current[number]) as unknown as Pair;
  const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'psk', { address: outer[4].east, selectors: [eastNet], ...more });
  const connections = [between2(west, east, { child: { proposals: [commonEsp], ...child } })];
  scenario(`${column(pair)}, ${row} tried`, { ...direct(pair), connections, limits: 'tried' }, body);
}

// A gateway sends whoever initiates to another one (RFC 5685), which says that it is the same.
for (const pair of pairs(current, current)) {
  const [initiator, responder] = pair;
  const { links } = direct(pair);
  const other = '192.0.2.3';
  const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet] });
  const gate = end('east', 'psk', { address: outer[4].east, selectors: [eastNet] });
  const east = { ...gate, redirectsTo: other };
  const lab = {
    hosts: {
      west: initiator.host({ routes: { [eastNet]: other } }),
      east: responder.host({}),
      other: responder.host({ routes: { [westNet]: outer[4].west } }),
    },
    links: {
      wan: { ...links.wan, other: `${other}/24` },
      'west-lan': links['west-lan'],
      'east-lan': links['east-lan'],
      'other-lan': { other: '10.2.0.2/24' },
    },
    connections: [
      between2(west, east),
      { ...between2(west, gate), name: 'moved', ends: [west, { ...gate, host: 'other', address: other }] },
    ],
    limits: 'unsupported',
  } as const;
  // RFC 5685, 6: who is sent on deletes the IKE SA that it has made; pluto 5.2 forgets it, and the gateway is not told.
  const forgets = initiator.implementation === 'libreswan' && responder.implementation === 'libreswan';
  const row = `sent to another gateway${forgets ? ', the first one is not told, as known' : ''}`;
  scenario(`${column(pair)}, ${row}`, lab, async ({ hosts }) => {
    await hosts.other.daemon.start();
    await start(hosts);
    await hosts.west.initiate('net');
    await expect(hosts.other).toHaveIkeSas(1);
    await expect(hosts.other).toHaveIpsecSas(2);
    await expect(hosts.east).toHaveIkeSas(forgets ? 1 : 0);
    await expect(hosts.east).toHaveIpsecSas(0);
    await expect(hosts.west).toReach(hosts.other, { from: path.west, at: '10.2.0.2' });
  });
}
