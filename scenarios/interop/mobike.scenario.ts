import { expect, scenario, type ToleratedFault } from 'espalier';
import { type Ends, establish, isUp, start } from './bodies.ts';
import { between2, end } from './connections.ts';
import { column, current, type Pair, pairs } from './daemons.ts';
import { inner, routed } from './labs.ts';

/** What becomes of a pair, and how that is seen. */
interface Outcome {
  /** Left out: the SAs move with the address. */
  readonly otherwise?: string;
  readonly tolerates?: readonly ToleratedFault<keyof Ends>[];
  readonly course: (ends: Ends) => Promise<void>;
}

const { westNet, eastNet, ...path } = inner[4];

/** The first address goes when another is there. */
async function move({ west }: Ends): Promise<void> {
  // Without the first line the second address would go with the first.
  await west.exec('sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1');
  await west.exec('ip address add 192.0.2.3/24 dev eth0');
  await west.exec('ip address del 192.0.2.1/24 dev eth0');
}

const moves: Outcome = {
  course: async (ends) => {
    await establish(ends, path);
    const before = await ends.west.ikeSas();
    await move(ends);
    await isUp(ends, path);
    await expect(ends.west).toHaveIkeSas(0, { otherThan: before });
  },
};

/** RFC 4555, 3.5, is for the initiator to begin; iked answers only, and does not say that it could (3.1). */
const notOffered: Outcome = {
  otherwise: 'not offered, as known',
  course: async (ends) => {
    await establish(ends, path);
    await expect(ends.east).not.toHaveLogged(/N\(MOBIKE_SUP|peer supports MOBIKE/);
    await move(ends);
    await expect(ends.west).not.toReach(path.east, { from: path.west });
  },
};

/** iked agrees, and PF_KEY of Linux refuses the new address. */
const notTaken: Outcome = {
  otherwise: 'not taken by PF_KEY, as known',
  course: async (ends) => {
    await establish(ends, path);
    await move(ends);
    await expect(ends.east).toHaveLogged('pfkey_reply: message: Invalid argument');
    await expect(ends.west).not.toReach(path.east, { from: path.west });
  },
};

/**
 * To a peer with MOBIKE iked answers from port 4500, with the marker of RFC 3948, although it was asked at port 500 and no NAT
 * stands between; pluto takes the marker for the beginning of an IKE header.
 */
const notUnderstood: Outcome = {
  otherwise: 'refused, as known',
  tolerates: [
    {
      what: 'half-open',
      host: 'east',
      why: 'iked 7.4 makes its SAs before it answers IKE_AUTH, and keeps them when it hears no more of an initiator that did not understand the answer',
    },
  ],
  course: async (ends) => {
    await start(ends);
    await ends.west.initiate('net');
    await expect(ends.west).toHaveLogged(/packet from 198\.51\.100\.2:4500: dropping packet with mangled IKE header/);
    await expect(ends.west).toHaveIkeSas(0);
  },
};

function outcomeOf([initiator, responder]: Pair): Outcome {
  if (initiator.implementation === 'openiked') return notOffered;
  if (responder.implementation !== 'openiked') return moves;
  return initiator.implementation === 'libreswan' ? notUnderstood : notTaken;
}

// The initiator gets another address, and its SAs with it (RFC 4555). pluto looks for the gateway on its way to the peer, so
// there is a router between: of neighbours it says nothing, and keeps the old address.
for (const pair of pairs(current, current)) {
  const { otherwise, course, tolerates = [] } = outcomeOf(pair);
  // libreswan moves the SAs of peers only that may have any address.
  const west = end('west', 'psk', { address: '192.0.2.1', seenAs: 'any', selectors: [westNet] });
  const east = end('east', 'psk', { address: '198.51.100.2', selectors: [eastNet] });
  const connections = [between2(west, east, { mobike: true })];
  const row = `initiator moves (MOBIKE)${otherwise === undefined ? '' : `, ${otherwise}`}`;
  scenario(`${column(pair)}, ${row}`, { ...routed(pair), connections, limits: 'unsupported', tolerates }, ({ hosts }) =>
    course(hosts),
  );
}
