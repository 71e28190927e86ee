import { expect, scenario } from 'espalier';
import {
  addresses,
  batchOf,
  type Family,
  families,
  labOf,
  lost,
  pinged,
  reassemblyFailures,
  together,
  type Work,
} from './labs.ts';
import { policyId, policyLine, type Sa, type Selector, saId, saLine } from './lines.ts';

/** Reqids: of the SAs that the pings use, and of those that come and go, which nothing uses. */
const [used, unused] = [1, 2];
const [pings, ofEach, rounds] = [800, 24, 5];
/** SAs that nobody deletes, and as many policies: they expire. */
const expiring = 200;

/** The two SAs that the pings use. */
function tunnel(family: Family): readonly [Sa, Sa] {
  const { west, east } = addresses[family];
  return [
    { from: west, to: east, spi: 0x1001, reqid: used },
    { from: east, to: west, spi: 0x1002, reqid: used },
  ];
}

const idOf = ({ from, to, spi }: Sa) => ({ source: from, destination: to, spi });

/** What protects everything between the two hosts. */
function protection(family: Family, atWest: boolean): string[] {
  const { west, east } = addresses[family];
  return [
    ...tunnel(family).map((sa) => saLine('add', sa, 'replay-window 128')),
    policyLine('add', { from: west, to: east, direction: atWest ? 'out' : 'in' }, used),
    policyLine('add', { from: east, to: west, direction: atWest ? 'in' : 'out' }, used),
  ];
}

/** Other SAs between the same addresses, in the same chains of the hash tables. */
function otherSas(family: Family, first: number, count: number): Sa[] {
  const { west, east } = addresses[family];
  return Array.from({ length: count }, (_, at) => ({ from: west, to: east, spi: first + at, reqid: unused }));
}

/** Selectors that fit no packet here: of single hosts and of networks, since the two are kept apart. */
function otherSelectors(family: Family, worker: number, count = ofEach): Selector[] {
  const address = (net: number, host: number): string =>
    family === 4 ? `10.${net}.${host}.1` : `2001:db8:${100 + net}:${host}::1`;
  const lengths = family === 4 ? [32, 24, 16] : [128, 64, 48];
  return Array.from({ length: count }, (_, at) => ({
    from: `${address(worker, at)}/${lengths[at % 3]}`,
    to: `${address(worker + 50, at)}/${lengths[(at + 1) % 3]}`,
    direction: (['in', 'out', 'fwd'] as const)[at % 3] ?? 'out',
  }));
}

/** Adds, reads, changes, reads and deletes SAs and policies of one worker. */
function churn(family: Family, worker: number): string[] {
  const sas = otherSas(family, 0x10000 * worker, ofEach);
  const selectors = otherSelectors(family, worker);
  return [
    ...sas.map((sa) => saLine('add', sa)),
    ...selectors.map((selector) => policyLine('add', selector, unused)),
    ...sas.flatMap((sa) => [saLine('update', sa, 'limit packet-soft 1000'), `xfrm state get ${saId(sa)}`]),
    ...selectors.flatMap((selector) => [
      policyLine('update', selector, unused),
      `xfrm policy get ${policyId(selector)}`,
    ]),
    ...sas.map((sa) => `xfrm state delete ${saId(sa)}`),
    ...selectors.map((selector) => `xfrm policy delete ${policyId(selector)}`),
  ];
}

const workers = [1, 2, 3];
const times = (count: number, command: string): string =>
  `for round in $(seq ${count}); do ${command} || exit 1; done >/dev/null`;

function workOf(family: Family, host: 'west' | 'east'): Work {
  const peer = addresses[family][host === 'west' ? 'east' : 'west'];
  const [low, high] = ['hthresh4 24 24 hthresh6 64 64', 'hthresh4 32 32 hthresh6 128 128'];
  const ping = (size: number): string => `ping -q -c ${pings} -i 0.003 -W 10 -s ${size} ${peer}`;
  return {
    batches: {
      protection: protection(family, host === 'west'),
      expiring: [
        ...otherSas(family, 0x800000, expiring).map((sa) => saLine('add', sa, 'limit time-hard 1')),
        ...otherSelectors(family, 0, expiring).map((one) => `${policyLine('add', one, unused)} limit time-hard 1`),
      ],
      ...Object.fromEntries(workers.map((worker) => [`churn-${worker}`, churn(family, worker)])),
    },
    jobs: {
      small: ping(56),
      fragmented: ping(4000),
      dumps: times(12, 'ip -s xfrm state list && ip -s xfrm policy list'),
      thresholds: times(20, `ip xfrm policy set ${low} && ip xfrm policy set ${high}`),
      expiring: `ip -batch ${batchOf('expiring')}`,
      ...Object.fromEntries(
        workers.map((worker) => [`churn-${worker}`, times(rounds, `ip -batch ${batchOf(`churn-${worker}`)}`)]),
      ),
    },
  };
}

for (const family of families) {
  // net/xfrm/xfrm_state.c and xfrm_policy.c: tables that grow, are sorted anew and dumped while packets look things up in them.
  scenario(
    `SAs and policies of IPv${family} come and go beside traffic`,
    labOf(workOf(family, 'west'), workOf(family, 'east')),
    async ({ hosts: { west, east }, clock }) => {
      for (const host of [west, east]) {
        await expect(host).toRun(`ip -batch ${batchOf('protection')}`);
        // Where a CPU waits for one of the machine's, others put more than 64 fragments between those of its datagram.
        await expect(host).toRun('sysctl -qw net.ipv4.ipfrag_max_dist=0');
      }
      await together({ west, east });
      await clock.advance('3s');
      let explained = (await reassemblyFailures(west)) + (await reassemblyFailures(east));
      let unanswered = 0;
      for (const host of [west, east]) {
        for (const job of ['small', 'fragmented']) {
          const { sent, answered } = await pinged(host, job);
          await expect(sent, { what: `pings sent by job ${job}`, host }).toBe(pings);
          unanswered += sent - answered;
        }
        for (const kind of ['expire', 'policy-expire'] as const) {
          await expect(host).toSeeXfrm(kind, { hard: true }, { count: expiring, within: 0 });
        }
        // A policy that is added makes cached routes invalid (rt_genid_bump_ipv4). A packet whose route another CPU has just replaced is lost where
        // it would take a reference (xfrm_input and xfrm_output_one, skb_dst_force).
        const { XfrmInError = 0, XfrmOutError = 0, ...others } = await lost(host);
        await expect(others, { what: 'packets lost by IPsec otherwise than with their route', host }).toEqual({});
        explained += XfrmInError + XfrmOutError;
        await expect((await host.xfrm.state.list()).length, { what: 'SAs', host }).toBe(2);
        await expect((await host.xfrm.policy.list()).length, { what: 'policies', host }).toBe(2);
      }
      const what = 'more than are counted as lost';
      await expect(unanswered, { what: `pings without an answer, ${what}` }).toBeAtMost(explained);
      for (const sa of tunnel(family)) {
        const [sender, receiver] = sa.from === addresses[family].west ? [west, east] : [east, west];
        const [sent = 0n, received = 0n] = [
          (await sender.xfrm.state.get(idOf(sa)))?.use.packets,
          (await receiver.xfrm.state.get(idOf(sa)))?.use.packets,
        ];
        await expect(Number(sent - received), { what: `packets of an SA that did not arrive, ${what}` }).toBeAtMost(
          explained,
        );
        await expect(received, { what: 'packets that arrived' }).toBeAtMost(sent);
        // Each ping and each answer is one packet: IPv4 and IPv6 fragment what ESP in transport mode made.
        await expect(Number(sent), { what: 'packets of an SA' }).toBeAtLeast(4 * pings - explained);
      }
      for (const [host, to] of [
        [west, addresses[family].east],
        [east, addresses[family].west],
      ] as const) {
        await expect(host).not.toHaveSentInClear({ to });
        await expect(host).toReach(to);
      }
    },
  );
}
