import { type Clock, type EspProposal, expect, scenario } from 'espalier';
import { type Ends, establish, isUp } from './bodies.ts';
import { between2, commonEsp, end, type Method } from './connections.ts';
import { column, current, earlierStacks, otherStacks, type Pair, pairs } from './daemons.ts';
import { direct, initiatorBehindNat, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

const { integrity: _, ...gcm } = commonEsp;

/** Algorithms of ESP, which the stack does. */
const algorithms: Readonly<Record<string, EspProposal>> = {
  'AES-GCM-128': { ...gcm, encryption: ['aes-128-gcm'] },
  'AES-GCM-256': { ...gcm, encryption: ['aes-256-gcm'] },
  'ChaCha20-Poly1305': { ...gcm, encryption: ['chacha20-poly1305'] },
  'AES-CBC with SHA-1': { encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'] },
  'AES-CBC with SHA-256': { encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-256-128'] },
  'AES-CBC with SHA-384': { encryption: ['aes-192-cbc'], integrity: ['hmac-sha2-384-192'] },
  'AES-CTR with SHA-512': { encryption: ['aes-256-ctr'], integrity: ['hmac-sha2-512-256'] },
  ESN: { ...commonEsp, esn: 'yes' },
};

interface Stage {
  readonly ends: Ends;
  readonly pair: Pair;
  readonly clock: Clock;
}

/** West's Child SA is replaced after 90 s, or by iked after 102 to 114. */
const short = { lifetime: 120, margin: 30 };

/** Both ends have other SAs than before, as far as the kernel of one can tell; libipsec's daemon says so itself. */
async function replaced({ ends, pair, clock }: Stage): Promise<void> {
  await establish(ends, path);
  const [host] = [ends.west, ends.east].filter((_, at) => !pair[at]?.isUserspace);
  const before = host?.ipsecSas() ?? [];
  await clock.advance(105);
  if (host === undefined) await expect(ends.west).toHaveLogged(/outbound CHILD_SA net\{2\} established/);
  else await expect(host).toHaveIpsecSas(2, { otherThan: before });
  await clock.advance(10);
  await isUp(ends, path);
}

/** What happens to a tunnel over any stack. */
const events: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'initiator rekeys the Child SA': replaced,
  'initiator deletes': async ({ ends }) => {
    await establish(ends, path);
    await ends.west.terminate('net');
    for (const host of [ends.west, ends.east]) {
      await expect(host).toHaveIkeSas(0);
      await expect(host).toHaveIpsecSas(0);
    }
    await ends.west.initiate('net');
    await isUp(ends, path);
  },
  // iked answers no message of an IKE SA that it does not know, so the other end would ask for minutes.
  'responder restarts, and initiates': async ({ ends }) => {
    await establish(ends, path);
    await ends.east.daemon.restart();
    await ends.east.initiate('net');
    await isUp(ends, path);
  },
};

const withOthers: readonly Pair[] = [
  ...pairs(otherStacks, [...current, ...otherStacks]),
  ...pairs(current, otherStacks),
];

const tunnels = [
  ['psk', 4, 4],
  ['psk', 6, 4],
  ['psk', 4, 6],
  ['psk', 6, 6],
  ['rsa', 4, 4],
  ['ecdsa', 4, 4],
] as const satisfies readonly (readonly [Method, 4 | 6, 4 | 6])[];

for (const pair of withOthers) {
  const ends = [
    end('west', 'psk', { address: outer[4].west, selectors: [westNet] }),
    end('east', 'psk', { address: outer[4].east, selectors: [eastNet] }),
  ] as const;
  const lab = { ...direct(pair), limits: 'unsupported' } as const;
  for (const [method, inside, outside] of tunnels) {
    const { westNet: near, eastNet: far, ...through } = inner[inside];
    const west = end('west', method, { address: outer[outside].west, selectors: [near] });
    const east = end('east', method, { address: outer[outside].east, selectors: [far] });
    const row = `${method} tunnel ${inside} in ${outside}`;
    scenario(`${column(pair)}, ${row}`, { ...lab, connections: [between2(west, east)] }, ({ hosts }) =>
      establish(hosts, through),
    );
  }
  scenario(
    `${column(pair)}, psk transport 4`,
    {
      ...lab,
      connections: [
        between2(end('west', 'psk', { address: outer[4].west }), end('east', 'psk', { address: outer[4].east }), {
          mode: 'transport',
        }),
      ],
    },
    ({ hosts }) => establish(hosts, outer[4]),
  );
  const road = end('west', 'psk', { address: '198.51.100.1', seenAs: 'any', selectors: [westNet] });
  const gate = end('east', 'psk', { address: '192.0.2.2', selectors: [eastNet] });
  scenario(
    `${column(pair)}, psk tunnel, initiator behind NAT`,
    { ...initiatorBehindNat(pair), connections: [between2(road, gate)], limits: 'unsupported' },
    ({ hosts }) => establish(hosts, path),
  );
  for (const [name, proposal] of Object.entries(algorithms)) {
    const connections = [between2(...ends, { child: { proposals: [proposal] } })];
    scenario(`${column(pair)}, ${name}`, { ...lab, connections }, ({ hosts }) => establish(hosts, path));
  }
  for (const [name, body] of Object.entries(events)) {
    const [west, east] = ends;
    const margin = pair[0].implementation === 'openiked' ? {} : { rekey: { margin: short.margin } };
    const own = body === replaced ? { own: { child: { lifetime: short.lifetime }, ...margin } } : {};
    const connections = [between2({ ...west, ...own }, east)];
    scenario(`${column(pair)}, ${name}`, { ...lab, connections }, ({ hosts, clock }) =>
      body({ ends: hosts, pair, clock }),
    );
  }
}

for (const pair of [...pairs(earlierStacks, [...current, ...earlierStacks]), ...pairs(current, earlierStacks)]) {
  const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'psk', { address: outer[4].east, selectors: [eastNet] });
  const lab = { ...direct(pair), connections: [between2(west, east)], limits: 'unsupported' } as const;
  scenario(`${column(pair)}, psk tunnel 4 in 4`, lab, ({ hosts }) => establish(hosts, path));
}
