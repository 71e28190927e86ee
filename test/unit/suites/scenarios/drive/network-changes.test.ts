import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../src/base/errors.ts';
import { netemCommand } from '../../../../../src/suites/scenarios/drive/impairments.ts';
import {
  checkedAddress,
  rejectLines,
  renumberLines,
  rerouteLine,
} from '../../../../../src/suites/scenarios/drive/network-changes.ts';
import { fakeLab } from './fake-lab.ts';

test('new addresses come before the old ones go; what stays is not touched', () => {
  const now = { name: 'eth0', addresses: ['192.0.2.1/24', '2001:db8::1/64', '10.0.0.1/8'] };
  assert.deepEqual(renumberLines(now, ['192.0.2.9/24', '2001:db8::9/64', '10.0.0.1/8']), [
    'echo 1 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries',
    'ip addr add 192.0.2.9/24 dev eth0',
    'ip addr add 2001:db8::9/64 dev eth0 nodad',
    'ip addr del 192.0.2.1/24 dev eth0',
    'ip addr del 2001:db8::1/64 dev eth0',
  ]);
  assert.equal(checkedAddress('2001:DB8:0::1/64'), '2001:db8::1/64');
  for (const wrong of ['192.0.2.1', '192.0.2.1/33', '192.0.2/24', 'east/24', '1.2.3.4/24; reboot'])
    assert.throws(() => checkedAddress(wrong), /is no address with a prefix length/);
});

test('routes and rejections are typed for the family of what they name', () => {
  assert.equal(rerouteLine('default', '192.0.2.254'), 'ip route replace default via 192.0.2.254');
  assert.equal(rerouteLine('default', '2001:db8::fe'), 'ip -6 route replace default via 2001:db8::fe');
  assert.equal(rerouteLine('2001:db8:5::/64', undefined), 'ip -6 route del 2001:db8:5::/64');
  const rule = (what: Parameters<typeof rejectLines>[0]) =>
    rejectLines(what)
      .at(-1)
      ?.replace(/^.* forward /, '');
  assert.equal(rule({ to: '10.2.0.0/16' }), 'ip daddr 10.2.0.0/16 reject with icmpx host-unreachable');
  assert.equal(
    rule({ from: '2001:db8::1', udpPort: 4500, answer: 'admin-prohibited' }),
    'ip6 saddr 2001:db8::1 udp dport 4500 reject with icmpx admin-prohibited',
  );
  assert.equal(rule({ answer: 'no-route' }), 'reject with icmpx no-route');
});

test('what is no route is a mistake of the scenario, before anything is typed', () => {
  for (const wrong of ['10.2.0.1/24', '10.2.0.0/33', '2001:db8::1/64', 'east', '', 'default; reboot'])
    assert.throws(() => rerouteLine(wrong, '192.0.2.254'), {
      fault: 'scenario',
      message: /is no destination of a route/,
    });
  for (const wrong of ['192.0.2', 'gate', '192.0.2.254/24'])
    assert.throws(() => rerouteLine('10.2.0.0/24', wrong), {
      fault: 'scenario',
      message: /is no address of a gateway/,
    });
  assert.equal(rerouteLine('10.2.0.7', '192.0.2.1'), 'ip route replace 10.2.0.7 via 192.0.2.1');
});

test('a route that the kernel refuses is a mistake of the scenario, with the line that asks for it', async () => {
  const { west, typed } = fakeLab(() => ({ status: 2, stdout: 'RTNETLINK answers: Network is unreachable\n' }));
  await assert.rejects(west.reroute('10.2.0.0/24', '203.0.113.9'), (error) => {
    assert.ok(error instanceof EspalierError);
    assert.deepEqual([error.fault, error.message], ['scenario', 'this route is not possible']);
    assert.match(String(error.detail.file), /network-changes\.test\.ts$/);
    assert.equal(typeof error.detail.line, 'number');
    assert.match(String(error.detail.output), /Network is unreachable/);
    return true;
  });
  await assert.rejects(west.reroute('10.2.0.1/24', '192.0.2.2'), { fault: 'scenario' });
  assert.deepEqual(
    typed.map(({ line }) => line),
    ['ip route replace 10.2.0.0/24 via 203.0.113.9'],
  );
});

test('packets overtake others that wait, by the link’s own delay or by one that is made for it', () => {
  const netem = 'tc qdisc replace dev eth0 root netem limit 100000';
  assert.equal(netemCommand('eth0', { reorder: 0.25 }), `${netem} delay 10000us reorder 25%`);
  assert.equal(
    netemCommand('eth0', { reorder: 0.5, delay: 40_000_000n, loss: 0.1 }),
    `${netem} delay 40000us reorder 50% loss 10%`,
  );
  assert.equal(netemCommand('eth0', { delay: 1000n }), `${netem} delay 1us`);
  assert.equal(netemCommand('eth0', { reorder: 0 }), 'tc qdisc replace dev eth0 root noqueue');
});
