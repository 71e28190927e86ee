import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy } from '../../../../src/evidence/ipsec.ts';
import { bytes, ipv4, ipv6 } from '../../evidence/build.ts';
import { aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import { evidenceOf, installed, leaks, ms, type Step, seen, toPeer } from './evidence.ts';

const ping = ipv4(1, bytes('0800 0000 0001 0001'));
const protect = (other: Partial<IpsecPolicy> = {}): IpsecPolicy =>
  aPolicy({ selector: toPeer, priority: 100, ...other });
const pass = (other: Partial<IpsecPolicy> = {}): IpsecPolicy => protect({ templates: [], ...other });
const mark = { value: 1, mask: 0xff };
const exactly = (port: number): { port: number; mask: number } => ({ port, mask: 0xffff });

/** What is said of a packet of west at a time in milliseconds, where these policies were installed in this order. */
function told(packet: Uint8Array, policies: readonly IpsecPolicy[], more: readonly Step[] = []) {
  const steps = [...policies.map((policy): Step => [1, 'west', installed(policy)]), ...more];
  return leaks(evidenceOf({ steps, frames: [seen(1000, packet)] }));
}
const leaked = (packet: Uint8Array, ...policies: readonly IpsecPolicy[]): boolean => told(packet, policies).length > 0;

test('a leak tells its frame, and an issue its host, its packet and the command, if there was one', () => {
  const frame = seen(1000, ping);
  const steps: Step[] = [[1, 'west', installed(protect())]];
  const words = {
    message:
      '192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1 went in clear, and a policy of its sender wants protected it',
    excerpt:
      'policy out 192.0.2.0/24 > 198.51.100.0/24 priority 100 allow esp tunnel 192.1.2.45 > 192.1.2.23 reqid 16389',
  };
  const place = { kind: 'cleartext', word: 'leak', host: 'west', file: 'links/test.pcapng', packet: 1 };
  const found = (commands: readonly [number, string][]) => leaks(evidenceOf({ steps, frames: [frame], commands }));
  assert.deepEqual(found([]), [{ kind: 'cleartext', frame, issue: { ...place, ...words } }]);
  assert.deepEqual(
    found([[500, 'ping']]).map(({ issue }) => issue),
    [{ ...place, command: 'ping', ...words }],
  );
});

test('what is blocked, by a policy or by default, is told so', () => {
  const [blocked] = told(ping, [pass({ action: 'block' })]);
  assert.match(blocked?.issue.message ?? '', /and a policy of its sender forbids it$/);
  const defaults: Step = [1, 'west', { event: { kind: 'policy-defaults', in: 'allow', fwd: 'allow', out: 'block' } }];
  const [byDefault] = told(ping, [], [defaults]);
  assert.match(byDefault?.issue.message ?? '', /and its sender forbids what no policy allows$/);
  assert.equal(byDefault?.issue.excerpt, 'default action of out: block');
});

test('of policies that cannot be seen to choose a packet, only one that lets it pass is in favour of it', () => {
  assert.equal(leaked(ping, protect(), protect({ priority: 1, mark })), true);
  assert.equal(leaked(ping, protect({ priority: 1, mark }), protect()), true);
  assert.equal(leaked(ping, pass({ priority: 101, mark }), protect()), true);
  assert.equal(leaked(ping, pass({ priority: 100, mark }), protect()), false);
  const both = [pass({ priority: 1, mark }), pass({ priority: 101, mark: { ...mark, value: 2 } })] as const;
  assert.equal(leaked(ping, ...both, protect()), false);
  assert.equal(leaked(ping, ...both.toReversed(), protect()), false);
});

test('where the default is to block, a policy that may let the packet pass is in favour of it', () => {
  const defaults: Step = [1, 'west', { event: { kind: 'policy-defaults', in: 'allow', fwd: 'allow', out: 'block' } }];
  assert.equal(told(ping, [pass({ mark })], [defaults]).length, 0);
  assert.equal(told(ping, [protect({ mark })], [defaults]).length, 1);
});

test('a policy must have been there for a millisecond, to the nanosecond', () => {
  const steps: Step[] = [[1, 'west', installed(protect())]];
  const at = (time: bigint): number => leaks(evidenceOf({ steps, frames: [{ ...seen(1, ping), time }] })).length;
  assert.deepEqual([at(ms(2)), at(ms(2) - 1n)], [1, 0]);
});

test('the rule that is told is that of the moment before the packet', () => {
  const [before, after] = [protect({ priority: 7 }), protect({ priority: 8 })];
  const steps: Step[] = [
    [1, 'west', installed(before)],
    [100, 'west', { event: { kind: 'policy-updated', policy: after } }],
  ];
  const priorityAt = (time: bigint): string | undefined =>
    /priority (\d)/.exec(
      leaks(evidenceOf({ steps, frames: [{ ...seen(1, ping), time }] }))[0]?.issue.excerpt ?? '',
    )?.[1];
  assert.deepEqual([priorityAt(ms(100)), priorityAt(ms(100) + 1n)], ['7', '8']);
});

const ipcomp = ipv4(108, bytes('0400 0002 0102'));

test('IPComp alone is as a policy wants it that asks for no more, and one that blocks is not asked again', () => {
  const [comp, esp] = [aTemplate({ protocol: 'ipcomp' }), aTemplate()];
  assert.equal(leaked(ipcomp, protect({ templates: [comp] })), false);
  assert.equal(leaked(ipcomp, protect({ templates: [comp, esp] })), true);
  assert.equal(leaked(ipcomp, protect({ templates: [comp, aTemplate({ level: 'use' })] })), false);
  assert.equal(leaked(ipcomp, pass({ action: 'block' })), false);
  assert.equal(leaked(ipcomp, protect({ action: 'block' })), false);
});

test('a selector sees the code of ICMP, both halves of a key of GRE, and ports of whatever has some', () => {
  const chosen = (packet: Uint8Array, protocol: number, ports: Partial<IpsecPolicy['selector']>): boolean =>
    leaked(packet, protect({ selector: { ...toPeer, protocol, ...ports } }));
  const unreachable = ipv4(1, bytes('0301 0000 00000000'));
  assert.equal(chosen(unreachable, 1, { destinationPort: exactly(1) }), true);
  assert.equal(chosen(unreachable, 1, { destinationPort: exactly(3) }), false);
  const gre = ipv4(47, bytes('0000 0800'));
  assert.equal(chosen(gre, 47, { sourcePort: exactly(0), destinationPort: exactly(0) }), true);
  assert.equal(chosen(gre, 47, { destinationPort: exactly(1) }), false);
  const sctp = ipv4(132, bytes('0007 0009 00000000 00000000'));
  assert.equal(chosen(sctp, 132, { sourcePort: exactly(7), destinationPort: exactly(9) }), true);
  assert.equal(chosen(sctp, 132, { destinationPort: exactly(7) }), false);
});

test('a host without policies and defaults forbids nothing', () => {
  const everything = aSelector({
    family: 6,
    source: { address: '::', prefix: 0 },
    destination: { address: '::', prefix: 0 },
  });
  assert.deepEqual(told(ping, []), []);
  assert.equal(leaked(ipv6(58, bytes('8000 0000 0001 0001')), protect({ selector: everything })), true);
});
