import { type EndSketch, expect, scenario } from 'espalier';
import { type Ends, establish, passes } from './bodies.ts';
import { between2, commonIke, end } from './connections.ts';
import { type Candidate, column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

/** Lifetimes in seconds. libreswan and strongSwan rekey `margin` before the end, iked at 85 to 95 percent. */
const [child, ike, margin] = [600, 900, 60];

/** By now each SA was replaced once and the old IKE SA's lifetime is over; the second Child SA is replaced at 1020 at the earliest. */
const atRest = 960;

function initiator({ implementation }: Candidate): Partial<EndSketch> {
  return {
    own: {
      ike: { lifetime: ike },
      child: { lifetime: child },
      ...(implementation !== 'openiked' && { rekey: { margin } }),
    },
  };
}

/** Every check is made, so that what is known of a tunnel that broke is the same whichever broke first. */
async function agree({ west, east }: Ends): Promise<void> {
  for (const host of [west, east]) {
    await expect.soft(host).toHaveIkeSas(1);
    await expect.soft(host).toHaveIpsecSas(2);
  }
  await passes({ west, east }, path);
}

// A tunnel in which each SA is replaced once: what `espalier explore` is tried on.
for (const pair of pairs(current, current)) {
  const hour = 3600;
  const ends = [
    end('west', 'psk', { address: outer[4].west, selectors: [westNet], ...initiator(pair[0]) }),
    end('east', 'psk', {
      address: outer[4].east,
      selectors: [eastNet],
      own: { ike: { lifetime: hour }, child: { lifetime: hour } },
    }),
  ] as const;
  const lab = {
    ...direct(pair),
    connections: [between2(...ends, { ike: { proposals: [commonIke] } })],
    limits: 'unsupported',
  } as const;
  scenario(`${column(pair)}, Child SA and IKE SA replaced once`, lab, async ({ hosts, clock }) => {
    await establish(hosts, path);
    const before = { ike: await hosts.west.ikeSas(), child: hosts.west.ipsecSas() };
    await clock.advance(atRest);
    await expect(hosts.west).toHaveIkeSas(1, { otherThan: before.ike });
    await expect(hosts.west).toHaveIpsecSas(2, { otherThan: before.child });
    await agree(hosts);
  });
}
