import { expect, scenario } from 'espalier';
import {
  addresses,
  type Batches,
  batchOf,
  type Family,
  families,
  labOf,
  lost,
  pinged,
  together,
  type Work,
} from './labs.ts';
import { policyLine, type Sa, saId, saLine } from './lines.ts';

/** Pairs of SAs between the two hosts, each rekeyed by a pair of processes of its own; reqid and port follow from the number. */
const tunnels = [1, 2, 3];
const [pings, generations] = [800, 15];

interface Tunnel {
  readonly west: string;
  readonly east: string;
}

/** Addresses of their own, which the hosts have beside those of the link. */
function tunnelOf(family: Family, number: number): Tunnel {
  const address = (host: number): string =>
    family === 4 ? `198.18.1.${host}${number}` : `2001:db8:1::${host}${number}`;
  return { west: address(10), east: address(20) };
}

interface Out {
  readonly number: number;
  readonly generation: number;
  readonly from: 'west' | 'east';
}

/** The SA of a generation out of a host. */
function saOf(family: Family, { number, generation, from }: Out): Sa {
  const tunnel = tunnelOf(family, number);
  const [own, peer] = from === 'west' ? [tunnel.west, tunnel.east] : [tunnel.east, tunnel.west];
  return {
    from: own,
    to: peer,
    spi: (from === 'west' ? 0x10000 : 0x20000) + 0x1000 * number + generation,
    reqid: number,
  };
}

const addLine = (sa: Sa): string => saLine('add', sa, 'replay-window 128');

/** What a host does in each generation of a tunnel, as rekey.py asks for it. */
function stepsOf(family: Family, number: number, host: 'west' | 'east'): Batches {
  const peer = host === 'west' ? 'east' : 'west';
  const own = (generation: number): Sa => saOf(family, { number, generation, from: host });
  const other = (generation: number): Sa => saOf(family, { number, generation, from: peer });
  const all = Array.from({ length: generations }, (_, at) => at + 1);
  return Object.fromEntries(
    all.flatMap((generation) => [
      [`${number}/receive-${generation}`, [addLine(other(generation))]],
      [`${number}/send-${generation}`, [addLine(own(generation))]],
      [
        `${number}/retire-${generation}`,
        [
          `xfrm state delete ${saId(own(generation - 1))}`,
          // What its sender has deleted may still be on its way: it is received for one generation more.
          ...(generation > 1 ? [`xfrm state delete ${saId(other(generation - 2))}`] : []),
        ],
      ],
    ]),
  );
}

/** Addresses, policies and the SAs of generation 0. */
function setUp(family: Family, host: 'west' | 'east'): string[] {
  const prefix = family === 4 ? '/24' : '/64 nodad';
  return tunnels.flatMap((number) => {
    const tunnel = tunnelOf(family, number);
    const peer = tunnel[host === 'west' ? 'east' : 'west'];
    return [
      `address add ${tunnel[host]}${prefix} dev eth0`,
      addLine(saOf(family, { number, generation: 0, from: 'west' })),
      addLine(saOf(family, { number, generation: 0, from: 'east' })),
      policyLine('add', { from: tunnel[host], to: peer, direction: 'out' }, number),
      policyLine('add', { from: peer, to: tunnel[host], direction: 'in' }, number),
    ];
  });
}

function workOf(family: Family, host: 'west' | 'east'): Work {
  const role = host === 'west' ? 'lead' : 'follow';
  const each = (of: (number: number) => readonly (readonly [string, string])[]): Record<string, string> =>
    Object.fromEntries(tunnels.flatMap(of));
  return {
    batches: {
      'set-up': setUp(family, host),
      ...Object.assign({}, ...tunnels.map((number) => stepsOf(family, number, host))),
    },
    jobs: each((number) => {
      const tunnel = tunnelOf(family, number);
      const [own, peer] = host === 'west' ? [tunnel.west, tunnel.east] : [tunnel.east, tunnel.west];
      const where = `${addresses[family].eastControl} ${7000 + number}`;
      return [
        [`rekey-${number}`, `python3 /root/rekey.py ${role} ${where} ${batchOf(String(number))} ${generations}`],
        [`ping-${number}`, `ping -q -c ${pings} -i 0.005 -W 5 -I ${own} ${peer}; true`],
      ];
    }),
  };
}

for (const family of families) {
  // RFC 7296, 2.8: the new SA is there before the old one goes. net/xfrm/xfrm_output.c, xfrm_output_one: a packet whose SA is deleted between the
  // choice and the use of it is lost, and counted.
  scenario(
    `SAs of IPv${family} are replaced under traffic`,
    labOf(workOf(family, 'west'), workOf(family, 'east')),
    async ({ hosts: { west, east } }) => {
      for (const host of [west, east]) await expect(host).toRun(`ip -batch ${batchOf('set-up')}`);
      await together({ west, east });
      const reasons = new Map([west, east].map((host) => [host, {} as Readonly<Record<string, number>>]));
      for (const host of [west, east]) {
        const { XfrmOutStateInvalid: _, ...others } = await lost(host);
        await expect(others, { what: 'packets lost otherwise than by an SA that was just deleted', host }).toEqual({});
        reasons.set(host, await lost(host));
        // The last generation, and the one before it for what was on its way.
        await expect((await host.xfrm.state.list()).length, { what: 'SAs', host }).toBe(3 * tunnels.length);
        await expect((await host.xfrm.policy.list()).length, { what: 'policies', host }).toBe(2 * tunnels.length);
      }
      const known = [...reasons.values()].reduce((sum, { XfrmOutStateInvalid = 0 }) => sum + XfrmOutStateInvalid, 0);
      let unanswered = 0;
      for (const host of [west, east]) {
        for (const number of tunnels) {
          const { sent, answered } = await pinged(host, `ping-${number}`);
          await expect(sent, { what: `pings sent by tunnel ${number}`, host }).toBe(pings);
          unanswered += sent - answered;
        }
      }
      await expect(unanswered, { what: 'pings without an answer' }).toBeAtMost(known);
      for (const number of tunnels) {
        const tunnel = tunnelOf(family, number);
        await expect(west).not.toHaveSentInClear({ to: tunnel.east });
        await expect(east).not.toHaveSentInClear({ to: tunnel.west });
        await expect(west).toReach(tunnel.east, { from: tunnel.west });
      }
    },
  );
}
