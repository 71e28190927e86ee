import { type Count, expect, scenario } from 'espalier';
import { type Candidate, commonEsp, daemons, gateways, path, tunnel } from './labs.ts';

const { libreswan, strongswan, openiked } = daemons;

interface Pair {
  readonly ends: readonly [Candidate, Candidate];
  /** Child SAs are replaced in time although the clock was set back. */
  readonly replaced: boolean;
  /** IPsec SAs of a tunnel; 2 unless something is known of the pair. */
  readonly sas?: Count;
}

const pairs: readonly Pair[] = [
  // A clock set forward has charon rekey at once, across pluto's own, and pluto keeps the Child SA that lost (storm.scenario.ts).
  { ends: [libreswan, strongswan], replaced: true, sas: { atLeast: 2, atMost: 4 } },
  { ends: [libreswan, openiked], replaced: true },
  // charon has the kernel tell it when to rekey a Child SA, and lifetimes of Linux's SAs are counted on the wall clock
  // (net/xfrm/xfrm_state.c, xfrm_timer_handler): set back, an SA lives longer by so much.
  { ends: [strongswan, strongswan], replaced: false },
];

/** Daemons' own timers count the time since boot: a wall clock that is set leaves a tunnel as it is. */
for (const { ends, replaced, sas = 2 } of pairs) {
  const [initiator, responder] = ends;
  scenario(
    `the clock of ${initiator.name} and ${responder.name} is set, forward and back`,
    {
      ...gateways(initiator, responder),
      connections: [tunnel({ child: { proposals: [commonEsp], lifetime: 3600 }, liveness: { delay: 60 } })],
    },
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIpsecSas(2);
      for (const span of ['1d', '-2h', '90d'] as const) {
        const before = west.ipsecSas();
        await clock.jump(span);
        await expect(west).toReach(east, path);
        await clock.advance('1h');
        for (const host of [west, east]) {
          await expect(host).toHaveIkeSas(1);
          await expect(host).toHaveIpsecSas(sas);
        }
        if (span === '-2h' && !replaced) {
          await expect(west).toHaveIpsecSas(0, { otherThan: before });
          await clock.advance('2h');
        }
        await expect(west).toHaveIpsecSas(sas, { otherThan: before });
        await expect(west).toReach(east, path);
      }
    },
  );
}
