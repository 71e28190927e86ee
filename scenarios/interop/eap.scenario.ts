import { type DaemonHost, expect, scenario, type ToleratedFault } from 'espalier';
import { type Ends, establish, start } from './bodies.ts';
import { between2, type EapMethod, end } from './connections.ts';
import { type Candidate, column, current, earlier, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const methods: readonly EapMethod[] = ['EAP-MSCHAPv2', 'EAP-MD5', 'EAP-TLS'];
const { westNet, eastNet, ...path } = inner[4];

/** The initiator is authenticated by EAP, the responder by a certificate (RFC 7296, 2.16). */
function lab(pair: Pair, method: EapMethod) {
  const west = end('west', method, { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'rsa', { address: outer[4].east, selectors: [eastNet] });
  // charon tells after 165 s that a peer does not answer.
  return { ...direct(pair), connections: [between2(west, east)], limits: 'unsupported', timeout: 300 } as const;
}

/** EAP-TLS authenticates both, and no end signs beside it (RFC 5998). */
function labOfEapAlone(pair: Pair) {
  const west = end('west', 'EAP-TLS', { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'EAP-TLS', { address: outer[4].east, selectors: [eastNet] });
  return { ...direct(pair), connections: [between2(west, east)], limits: 'unsupported', timeout: 300 } as const;
}

async function isRefused({ west, east }: Ends): Promise<void> {
  for (const host of [west, east]) {
    await expect(host).toHaveIkeSas(0);
    await expect(host).toHaveIpsecSas(0);
  }
}

const strongswans = [...current, ...earlier].filter(({ implementation }) => implementation === 'strongswan');

for (const pair of [...pairs(current, current), ...pairs(strongswans, earlier)]) {
  for (const method of methods) {
    scenario(`${column(pair)}, ${method}`, lab(pair, method), ({ hosts }) => establish(hosts, path));
  }
  scenario(`${column(pair)}, EAP-TLS alone`, labOfEapAlone(pair), ({ hosts }) => establish(hosts, path));
}

/** Where each responder has the password. */
const passwordFiles: Partial<Record<Candidate['implementation'], string>> = {
  strongswan: '/etc/swanctl/swanctl.conf',
  openiked: '/etc/iked.conf',
};

for (const pair of pairs(strongswans.slice(0, 1), current)) {
  const file = passwordFiles[pair[1].implementation];
  if (file === undefined) continue;
  scenario(`${column(pair)}, EAP-MSCHAPv2 with a wrong password`, lab(pair, 'EAP-MSCHAPv2'), async ({ hosts }) => {
    await hosts.east.exec(`sed -i 's/the user knows/the user knew/' ${file}`);
    await start(hosts);
    await hosts.west.initiate('net');
    await isRefused(hosts);
  });
}

/** What daemons answer where a limit says that they cannot. */
interface Trial {
  readonly pair: readonly [initiator: number, responder: number];
  readonly method: EapMethod;
  /** Who says what. */
  readonly says: readonly [who: keyof Ends, what: RegExp];
  readonly tolerates?: readonly ToleratedFault<keyof Ends>[];
}

const [libreswan, strongswan, openiked] = [0, 1, 2];
const trials: readonly Trial[] = [
  {
    pair: [libreswan, strongswan],
    method: 'EAP-TLS',
    says: ['west', /authentication failed: no PSK found for '@west.test'/],
  },
  {
    pair: [strongswan, libreswan],
    method: 'EAP-TLS',
    says: ['east', /EXPECTATION FAILED: .* not \(md->chain\[ISAKMP_NEXT_v2AUTH\] == /],
    tolerates: [
      {
        what: 'expectation-failed',
        host: 'east',
        text: 'md->chain[ISAKMP_NEXT_v2AUTH] ==',
        why: 'pluto 5.2 expects AUTH in the first IKE_AUTH of an initiator that uses EAP',
      },
    ],
  },
  { pair: [strongswan, openiked], method: 'EAP-TLS', says: ['east', /ikev2_pld_eap: RESPONSE id 1 length 6 EAP-NAK/] },
  { pair: [strongswan, openiked], method: 'EAP-MD5', says: ['east', /ikev2_pld_eap: RESPONSE id 1 length 6 EAP-NAK/] },
  // It signs, where an initiator that uses EAP leaves AUTH out.
  { pair: [openiked, strongswan], method: 'EAP-MSCHAPv2', says: ['east', /parsed IKE_AUTH request 1 \[ IDi .*AUTH /] },
];

for (const { pair: numbers, method, says, tolerates = [] } of trials) {
  const [[who, what], pair] = [says, numbers.map((number) => current[number]) as unknown as Pair];
  scenario(
    `${column(pair)}, ${method} tried`,
    { ...lab(pair, method), limits: 'tried', tolerates },
    async ({ hosts }) => {
      await start(hosts);
      await hosts.west.initiate('net');
      await expect(hosts[who]).toHaveLogged(what);
      await isRefused(hosts);
    },
  );
}

/** pluto goes on without the word that it does not know. */
async function knowsNot(host: DaemonHost, setting: string): Promise<void> {
  const { stdout } = await host.exec('ipsec addconn --config /etc/ipsec.conf --checkconfig');
  if (!stdout.includes(`invalid, keyword ignored: ${setting}`))
    throw new RangeError(`pluto knows ${setting}: ${stdout}`);
}

const words = { 'EAP-MSCHAPv2': 'mschapv2', 'EAP-MD5': 'md5' } as const;

for (const method of ['EAP-MSCHAPv2', 'EAP-MD5'] as const) {
  const pair = [current[strongswan], current[libreswan]] as unknown as Pair;
  scenario(`${column(pair)}, ${method} tried`, { ...lab(pair, method), limits: 'tried' }, ({ hosts }) =>
    knowsNot(hosts.east, `leftautheap=${words[method]}`),
  );
}
