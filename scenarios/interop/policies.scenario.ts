import { expect, scenario } from 'espalier';
import { establish, passes } from './bodies.ts';
import { between2, end } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet: _, ...path } = inner[4];
/** Of 10.2.0.0/16, which is protected. */
const [open, closed] = ['10.2.1.0/24', '10.2.2.0/24'] as const;

// A part of what a Child SA protects passes in clear, another part is dropped (RFC 4301, 4.4.1).
for (const pair of pairs(current, current)) {
  const policies = [
    { name: 'open', action: 'bypass', local: westNet, remote: open },
    { name: 'closed', action: 'discard', local: westNet, remote: closed },
  ] as const;
  const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet], policies });
  const east = end('east', 'psk', { address: outer[4].east, selectors: ['10.2.0.0/16'] });
  const { hosts, links } = direct(pair);
  const lab = { hosts, links, connections: [between2(west, east)], limits: 'unsupported' } as const;
  scenario(`${column(pair)}, bypass and discard`, lab, async ({ hosts: { west: gate, east: peer } }) => {
    for (const address of ['10.2.1.1/24', '10.2.2.1/24']) await peer.exec(`ip address add ${address} dev eth1`);
    for (const network of [open, closed]) await gate.exec(`ip route add ${network} via ${outer[4].east}`);
    await establish({ west: gate, east: peer }, path);
    await expect(gate).toHavePolicy({ direction: 'out', action: 'bypass', destination: open });
    await expect(gate).toHavePolicy({ direction: 'out', action: 'discard', destination: closed });
    await gate.exec(`ping -q -c 1 -W 1 -I ${path.west} 10.2.1.1`);
    await expect(gate).toHaveSentInClear({ to: '10.2.1.1' });
    await expect(gate).not.toReach('10.2.2.1', { from: path.west });
    await expect(gate).not.toHaveSentInClear({ to: closed });
    await passes({ west: gate, east: peer }, path);
  });
}
