import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonPorts } from '../../../../src/judge/oracles/in-clear.ts';
import { type ClearFilter, clearTest, filterOf, filterText } from '../../../../src/judge/oracles/sent-in-clear.ts';
import { bytes, ipv4, ipv6 } from '../../evidence/build.ts';
import { seen } from './evidence.ts';

const ping = ipv4(1, bytes('08000000 00010001'));
const ping6 = ipv6(58, bytes('80000000 00010001'));
const esp = ipv4(50, bytes('00001000 00000001 00'));
const report = ipv4(2, bytes('22000000 00000000'));
report.set(bytes('e0000016'), 16);

const rows: readonly (readonly [title: string, content: Uint8Array, filter: ClearFilter, meant: boolean])[] = [
  ['a packet in clear', ping, {}, true],
  ['a protected one', esp, {}, false],
  ['a protected one to its destination', esp, { to: '198.51.100.2' }, false],
  ['one to the address', ping, { to: '198.51.100.2' }, true],
  ['one to another address', ping, { to: '198.51.100.3' }, false],
  ['one to the network', ping, { to: '198.51.100.0/24' }, true],
  ['one to another network', ping, { to: '198.51.101.0/24' }, false],
  ['one from the address', ping, { from: '192.0.2.1' }, true],
  ['one from another address', ping, { from: '192.0.2.2' }, false],
  ['one to the address, from another', ping, { to: '198.51.100.2', from: '192.0.2.2' }, false],
  ['one of IPv6 by another spelling', ping6, { to: '2001:0DB8::0002' }, true],
  ['one of IPv6 to its network', ping6, { to: '2001:db8::/64' }, true],
  ['one of IPv6 where IPv4 is meant', ping6, { to: '0.0.0.0/0' }, false],
  ['a report of groups, which nobody asked for', report, {}, false],
  ['a report of groups from an address', report, { from: '192.0.2.1' }, false],
  ['a report of groups whose destination is asked for', report, { to: '224.0.0.0/4' }, true],
];
for (const [title, content, filter, expected] of rows) {
  test(`${title}: ${expected ? 'counts' : 'does not count'} for ${filterText(filter)}`, () => {
    const { ip } = seen(1, content).packet.dissected;
    assert.ok(ip);
    assert.equal(clearTest(filter)(ip, daemonPorts([])), expected);
  });
}

test('a network that is none is refused, since it would contain nothing', () => {
  for (const text of [
    '10.2.0.0/33',
    '10.2.0.0/',
    '10.2.0.0/x',
    '10.2.0.0/-1',
    '10.2.0.0/8/8',
    'east',
    '',
    '2001:db8::/129',
  ])
    assert.throws(() => clearTest({ to: text }), /is none/);
  assert.throws(() => clearTest({ from: '10.2.0.0/33' }), /is none/);
});

test('a filter is read back from its words', () => {
  const filters: readonly ClearFilter[] = [
    {},
    { to: '10.2.0.0/16' },
    { from: '2001:db8::1' },
    { link: 'wan' },
    { link: 'wan\n2' },
    { to: '10.2.0.1', from: '10.1.0.1', link: 'a link on from to' },
  ];
  for (const filter of filters) assert.deepEqual(filterOf(filterText(filter)), filter);
  assert.equal(filterText(filters.at(-1) ?? {}), 'packets in clear to 10.2.0.1 from 10.1.0.1 on a link on from to');
  for (const text of [
    '',
    'not packets in clear',
    'packets in clear of east',
    '2 IPsec SAs',
    'packets in clear to ',
    'packets in clear from ',
    'packets in clear on ',
    'packets in clear to a to b',
    'packets in clear from a from b',
  ])
    assert.equal(filterOf(text), undefined);
});
