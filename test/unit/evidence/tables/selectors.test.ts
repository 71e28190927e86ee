import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Selector } from '../../../../src/evidence/ipsec.ts';
import { type Flow, selectorMatches } from '../../../../src/evidence/tables/selectors.ts';
import { aSelector } from '../xfrm-samples.ts';

const exactly = (port: number): { port: number; mask: number } => ({ port, mask: 0xffff });
const ping: Flow = {
  source: '192.0.1.254',
  destination: '192.0.2.254',
  protocol: 1,
  sourcePort: 8,
  destinationPort: 0,
};
const networks = {
  source: { address: '192.0.1.0', prefix: 24 },
  destination: { address: '192.0.2.0', prefix: 24 },
};
const none = { address: '0.0.0.0', prefix: 0 };

const cases: readonly (readonly [what: string, selector: Partial<Selector>, flow: Flow, matches: boolean])[] = [
  ['everything', {}, ping, true],
  ['its networks', networks, ping, true],
  ['its networks the other way round', { source: networks.destination, destination: networks.source }, ping, false],
  ['its protocol', { protocol: 1 }, ping, true],
  ['another protocol', { protocol: 6 }, ping, false],
  ['its ICMP type', { protocol: 1, sourcePort: exactly(8) }, ping, true],
  ['another ICMP type', { protocol: 1, sourcePort: exactly(0) }, ping, false],
  ['its ICMP code', { protocol: 1, destinationPort: exactly(0) }, ping, true],
  ['another ICMP code', { protocol: 1, destinationPort: exactly(3) }, ping, false],
  [
    'a range of ports by mask',
    { destinationPort: { port: 0x1000, mask: 0xf000 } },
    { ...ping, destinationPort: 0x1fff },
    true,
  ],
  [
    'a port outside of the mask',
    { destinationPort: { port: 0x1000, mask: 0xf000 } },
    { ...ping, destinationPort: 0x2000 },
    false,
  ],
  [
    'port 0 where a protocol has no ports',
    { sourcePort: exactly(0) },
    { ...ping, protocol: 47, sourcePort: undefined } as never,
    true,
  ],
  ['everything of IPv4, for IPv6', {}, { source: '2001:db8::1', destination: '2001:db8::2', protocol: 6 }, false],
  [
    'no family and no prefix',
    { family: 0, source: none, destination: none },
    { source: '::1', destination: '::1', protocol: 6 },
    true,
  ],
  ['its interface', { ifindex: 3 }, { ...ping, ifindex: 3 }, true],
  ['another interface', { ifindex: 3 }, { ...ping, ifindex: 2 }, false],
  ['an interface, where none is known', { ifindex: 3 }, ping, true],
];

for (const [what, selector, flow, matches] of cases) {
  test(`a selector for ${what} ${matches ? 'matches' : 'does not match'}`, () => {
    assert.equal(selectorMatches(aSelector(selector), flow), matches);
  });
}
