import {
  type Clock,
  type ConnectionSketch,
  type EndSketch,
  expect,
  type Net,
  scenario,
  type ToleratedFault,
} from 'espalier';
import { type Ends, establish, isUp, passes, start } from './bodies.ts';
import { between2, commonEsp, commonIke, end, type Method } from './connections.ts';
import { type Candidate, column, current, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

interface Stage {
  readonly pair: Pair;
  readonly hosts: Ends;
  readonly net: Net<'wan'>;
  readonly clock: Clock;
}

/** What happens to a tunnel. */
interface Event {
  readonly method?: Method;
  /** Of one end, whose daemon it is. */
  readonly west?: (daemon: Candidate) => Partial<EndSketch>;
  readonly east?: (daemon: Candidate) => Partial<EndSketch>;
  readonly both?: Partial<ConnectionSketch<'west' | 'east'>>;
  readonly body: (stage: Stage) => Promise<void>;
  /** What becomes of the pairs that do otherwise, by the name of their column. */
  readonly known?: Readonly<Record<string, Known>>;
}

interface Known {
  /** Said in the scenario's name. */
  readonly otherwise: string;
  readonly tolerates: readonly ToleratedFault<keyof Ends>[];
  readonly body: (stage: Stage) => Promise<void>;
}

const { westNet, eastNet, ...path } = inner[4];

/** Lifetimes of one end, in seconds; iked draws by itself when it replaces an SA. */
function lifetimes(ike: number, child: number) {
  return ({ implementation }: Candidate): Partial<EndSketch> => ({
    own: {
      ike: { lifetime: ike },
      child: { lifetime: child },
      ...(implementation !== 'openiked' && { rekey: { margin: 30 } }),
    },
  });
}

const hour = 3600;
/** Virtual seconds: rekeyed after 120 less 30, or at 85 to 95 percent. */
const short = 120;

async function replaced({ hosts, clock }: Stage, what: 'IKE' | 'Child'): Promise<void> {
  await establish(hosts, path);
  const [ike, child] = [await hosts.west.ikeSas(), hosts.west.ipsecSas()];
  await clock.advance(85);
  await passes(hosts, path);
  // Each look asks the daemon, which costs more than the time that passes.
  await clock.advance(20);
  if (what === 'IKE') await expect(hosts.west).toHaveIkeSas(1, { otherThan: ike, within: 45 });
  else await expect(hosts.west).toHaveIpsecSas(2, { otherThan: child, within: 45 });
  await clock.advance(5);
  await isUp(hosts, path);
}

/** Without delay the first request arrives before the other end has sent its own, or not, by microseconds. */
async function replacedByBoth(stage: Stage, what: 'IKE' | 'Child'): Promise<void> {
  await stage.net.link('wan').delay('40ms');
  await replaced(stage, what);
}

/** RFC 7296, 2.8.2: who made the IKE SA that lost deletes it. */
const loserKept: Known = {
  otherwise: 'the loser is kept, as known',
  tolerates: [
    {
      what: 'expectation-failed',
      host: 'west',
      text: 'ike->sa.st_serialno == larval_ike->sa.st_clonedfrom',
      why: 'pluto 5.2 takes the answer to its rekeying after the peer replaced the same IKE SA, and has two IKE SAs from then on, of which the peer knows one',
    },
  ],
  body: async ({ hosts, net, clock }) => {
    await net.link('wan').delay('40ms');
    await establish(hosts, path);
    const before = await hosts.west.ikeSas();
    await clock.advance(105);
    await expect(hosts.west).toHaveIkeSas(2, { otherThan: before });
    await expect(hosts.east).toHaveIkeSas(1);
    await passes(hosts, path);
  },
};

/** RFC 7296, 2.8.1: who made the Child SA that lost deletes it. The nonces decide which one that is. */
const loserMayStay: Known = {
  otherwise: 'the loser may stay, as known',
  tolerates: [
    {
      what: 'half-open',
      host: 'west',
      why: 'where the Child SA of pluto 5.2 lost the collision, pluto deletes the old one and keeps its own; strongSwan calls that an incorrect delete',
    },
  ],
  body: async ({ hosts, net, clock }) => {
    await net.link('wan').delay('40ms');
    await establish(hosts, path);
    const before = await hosts.west.ipsecSas();
    await clock.advance(105);
    const lost = (await hosts.east.read('/var/log/charon.log')).includes('peer sent an incorrect delete for CHILD_SA');
    await expect(hosts.west).toHaveIpsecSas(lost ? 4 : 2, { otherThan: before, within: 45 });
    if (lost) await passes(hosts, path);
    else await isUp(hosts, path);
  },
};

/** What was asked to be up stays up: these initiate again when the peer deletes it (libreswan's revival, iked's active mode). */
function revives({ implementation }: Candidate): boolean {
  return implementation !== 'strongswan';
}

async function isDown({ west, east }: Ends): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
}

const events: Readonly<Record<string, Event>> = {
  'initiator rekeys IKE': {
    west: lifetimes(short, hour),
    east: lifetimes(hour, hour),
    body: (all) => replaced(all, 'IKE'),
  },
  'responder rekeys IKE': {
    west: lifetimes(hour, hour),
    east: lifetimes(short, hour),
    body: (all) => replaced(all, 'IKE'),
  },
  'initiator rekeys Child': {
    west: lifetimes(hour, short),
    east: lifetimes(hour, hour),
    body: (all) => replaced(all, 'Child'),
  },
  'responder rekeys Child': {
    west: lifetimes(hour, hour),
    east: lifetimes(hour, short),
    body: (all) => replaced(all, 'Child'),
  },
  'both rekey IKE at once': {
    west: lifetimes(short, hour),
    east: lifetimes(short, hour),
    body: (all) => replacedByBoth(all, 'IKE'),
    known: { 'libreswan-5.2 to strongswan-6.1.0': loserKept },
  },
  'both rekey Child at once': {
    west: lifetimes(hour, short),
    east: lifetimes(hour, short),
    body: (all) => replacedByBoth(all, 'Child'),
    known: { 'libreswan-5.2 to strongswan-6.1.0': loserMayStay },
  },
  'Child rekeyed with PFS': {
    west: lifetimes(hour, short),
    east: lifetimes(hour, hour),
    both: { child: { proposals: [{ ...commonEsp, keyExchange: ['ecp-256'] }] } },
    body: (all) => replaced(all, 'Child'),
  },
  'initiator reauthenticates': {
    west: () => ({ own: { ike: { lifetime: short, reauthenticate: true }, rekey: { margin: 30 } } }),
    body: (all) => replaced(all, 'IKE'),
  },
  'responder deletes': {
    body: async ({ pair: [initiator], hosts }) => {
      await establish(hosts, path);
      const before = await hosts.west.ikeSas();
      await hosts.east.terminate('net');
      await expect(hosts.west).toHaveIkeSas(revives(initiator) ? 1 : 0, { otherThan: before });
      await (revives(initiator) ? isUp(hosts, path) : isDown(hosts));
    },
  },
  'initiator deletes, and initiates again': {
    body: async ({ hosts }) => {
      await establish(hosts, path);
      await hosts.west.terminate('net');
      for (const host of [hosts.west, hosts.east]) await expect(host).toHaveIpsecSas(0);
      await hosts.west.initiate('net');
      await isUp(hosts, path);
    },
  },
  'responder restarts, and initiates': {
    body: async ({ hosts }) => {
      await establish(hosts, path);
      await hosts.east.daemon.restart();
      await hosts.east.initiate('net');
      await isUp(hosts, path);
    },
  },
  'peer found dead': {
    both: { liveness: { delay: 10 } },
    body: async ({ hosts, net, clock }) => {
      await establish(hosts, path);
      await net.link('wan').cut();
      // iked asks only while it sends and hears nothing (RFC 7296, 2.4, wants no more).
      await hosts.west.exec(`ping -n -c 12 -i 5 -I ${path.west} ${path.east}`);
      // By then all have sent a request as often as they do before they give up.
      await clock.advance('15min');
      await expect(hosts.west).toHaveIkeSas(0);
      await expect(hosts.west).toHaveIpsecSas(0);
    },
  },
  'fragments of big certificates': {
    method: 'big certificates',
    both: { fragmentation: true },
    body: ({ hosts }) => establish(hosts, path),
  },
  'a tenth of the packets lost': {
    body: async ({ hosts, net }) => {
      await start(hosts);
      await net.link('wan').loss(0.1);
      await hosts.west.initiate('net');
      for (const host of [hosts.west, hosts.east]) await expect(host).toHaveIkeSas(1, { within: '3min' });
      await net.link('wan').heal();
      await isUp(hosts, path);
    },
  },
  'initiates when loaded': {
    west: () => ({ start: 'start' }),
    body: async ({ hosts }) => {
      await start(hosts);
      await isUp(hosts, path);
    },
  },
  'initiates at the first packet': {
    west: () => ({ start: 'trap' }),
    body: async ({ hosts }) => {
      await start(hosts);
      await expect(hosts.west).toReach(hosts.east, { from: path.west, at: path.east });
      await isUp(hosts, path);
    },
  },
  'ESP in UDP without NAT': {
    west: () => ({ own: { encapsulation: 'force' } }),
    body: ({ hosts }) => establish(hosts, path),
  },
  'IKE SA without Child SA at first': {
    both: { childless: true },
    body: async ({ hosts }) => {
      await establish(hosts, path);
      await expect(hosts.west).toHaveLogged(/generating CREATE_CHILD_SA request 2 /);
    },
  },
  'IKE and ESP in TCP': {
    both: { encapsulation: 'tcp' },
    body: async ({ hosts }) => {
      await establish(hosts, path);
      for (const host of [hosts.west, hosts.east]) await expect(host).toHaveSa({ encapsulated: true }, { count: 2 });
      await expect(hosts.west).toRun('ss -Htn dport = 4500', { prints: 'ESTAB' });
    },
  },
};

const columns = new Set(pairs(current, current).map(column));

for (const [name, { known = {} }] of Object.entries(events)) {
  const gone = Object.keys(known).filter((one) => !columns.has(one));
  if (gone.length > 0) throw new Error(`'${name}' has a known outcome of pairs that are not tried: ${gone.join(', ')}`);
}

for (const pair of pairs(current, current)) {
  for (const [name, event] of Object.entries(events)) {
    const { method = 'psk', west, east, both } = event;
    const {
      otherwise,
      tolerates = [],
      body,
    } = event.known?.[column(pair)] ?? { otherwise: undefined, body: event.body };
    const row = otherwise === undefined ? name : `${name}, ${otherwise}`;
    const [initiator, responder] = pair;
    const ends = [
      end('west', method, { address: outer[4].west, selectors: [westNet], ...west?.(initiator) }),
      end('east', method, { address: outer[4].east, selectors: [eastNet], ...east?.(responder) }),
    ] as const;
    const lab = {
      ...direct(pair),
      connections: [between2(...ends, { ike: { proposals: [commonIke] }, ...both })],
      limits: 'unsupported',
      tolerates,
    } as const;
    scenario(`${column(pair)}, ${row}`, lab, (world) => body({ pair, ...world }));
  }
}
