import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy } from '../../../../src/evidence/ipsec.ts';
import { judgeFacts } from '../../../../src/judge/oracles/judge-facts.ts';
import { bytes, concat, ipv4, ipv6, u16, u32, udp } from '../../evidence/build.ts';
import { anSa, aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, installed, leaks, removed, type Step, seen, toPeer } from './evidence.ts';

const icmp = (type: number, code = 0): Uint8Array =>
  concat([Uint8Array.of(type, code), bytes('0000 0001 0001 61626364')]);
const ping = ipv4(1, icmp(8));
const exactly = (port: number): { port: number; mask: number } => ({ port, mask: 0xffff });
const protect = (other: Partial<IpsecPolicy> = {}): IpsecPolicy =>
  aPolicy({ selector: toPeer, priority: 100, ...other });
const pass = (other: Partial<IpsecPolicy> = {}): IpsecPolicy => protect({ templates: [], ...other });
const everything6 = aSelector({
  family: 6,
  source: { address: '::', prefix: 0 },
  destination: { address: '::', prefix: 0 },
});
const protect6 = protect({
  selector: everything6,
  templates: [aTemplate({ family: 6, source: '::', destination: '::' })],
});

/** Whether a packet of west at 1000 ms is a leak under policies from 1 ms on. */
function leaked(packet: Uint8Array, policies: readonly IpsecPolicy[], more: readonly Step[] = []): boolean {
  const steps = [...policies.map((policy): Step => [1, 'west', installed(policy)]), ...more];
  return leaks(evidenceOf({ steps, frames: [seen(1000, packet)] })).length > 0;
}

/** An IKE_SA_INIT header of RFC 7296, 3.1, with a length that fits. */
const ikeMessage = concat([bytes('0102030405060708 0000000000000000 21202208 00000000'), u32(32), bytes('00000004')]);
const dhcp = (source: string): Uint8Array => {
  const packet = ipv4(17, udp(68, 67, new Uint8Array(4)));
  packet.set(bytes(source), 12);
  packet.set(bytes('ffffffff'), 16);
  return packet;
};
const any4 = protect({ selector: aSelector() });

type Row = readonly [title: string, packet: Uint8Array, policies: readonly IpsecPolicy[], leaked: boolean];

const ipcomp = ipv4(108, bytes('0400 0002 0102'));
const wantsIpcomp = protect({ templates: [aTemplate({ protocol: 'ipcomp' })] });

/** in-clear.test.ts has all of what is in clear. */
const clearRows: readonly Row[] = [
  ['a ping that a policy wants protected', ping, [protect()], true],
  ['ESP', ipv4(50, bytes('00001000 00000001 00')), [protect()], false],
  ['IKE at port 500', ipv4(17, udp(500, 500, ikeMessage)), [protect()], false],
  ['a multicast listener report', ipv6(58, icmp(143)), [protect6], true],
  ['DHCP of a host with an address', dhcp('c0000201'), [any4], true],
  ['a first fragment', ipv4(17, udp(7, 7, new Uint8Array(8)), { fragment: 0x2000 }), [protect()], true],
  ['IPComp where a policy wants ESP', ipcomp, [protect()], true],
  [
    'IPComp where a policy wants ESP around it',
    ipcomp,
    [protect({ templates: [aTemplate({ protocol: 'ipcomp', level: 'use' }), aTemplate()] })],
    true,
  ],
  ['IPComp where a policy wants nothing else', ipcomp, [wantsIpcomp], false],
  ['a ping where a policy wants IPComp', ping, [wantsIpcomp], true],
  ['IPComp where a policy blocks what has not gone through another', ipcomp, [pass({ action: 'block' })], false],
];

const policyRows: readonly Row[] = [
  ['a policy of another direction', ping, [protect({ direction: 'fwd' })], false],
  ['a policy of sockets', ping, [protect({ direction: 'socket-out' })], false],
  ['a sub policy', ping, [protect({ type: 'sub' })], false],
  ['a policy for other addresses', ping, [aPolicy()], false],
  ['templates of level use', ping, [protect({ templates: [aTemplate({ level: 'use' })] })], false],
  [
    'one template of level use and one that is required',
    ping,
    [protect({ templates: [aTemplate({ protocol: 'ipcomp', level: 'use' }), aTemplate()] })],
    true,
  ],
  ['a policy that blocks', ping, [pass({ action: 'block' })], true],
  ['a bypass', ping, [pass()], false],
  ['a stronger bypass', ping, [protect(), pass({ selector: aSelector(), priority: 99 })], false],
  ['a weaker bypass', ping, [protect(), pass({ selector: aSelector(), priority: 101 })], true],
  ['an older bypass of the same priority', ping, [pass({ selector: aSelector() }), protect()], false],
  ['a younger bypass of the same priority', ping, [protect(), pass({ selector: aSelector() })], true],
  ['a policy of an XFRM interface', ping, [protect({ ifId: 3 })], false],
  ['a marked policy', ping, [protect({ mark: { value: 1, mask: 0xff } })], false],
  [
    'a stronger bypass with a mark, which may have chosen it',
    ping,
    [protect(), pass({ priority: 1, mark: { value: 1, mask: 0xff } })],
    false,
  ],
  ['a weaker bypass with a mark', ping, [protect(), pass({ priority: 101, mark: { value: 1, mask: 0xff } })], true],
  ['a mark with an empty mask, which chooses all', ping, [protect({ mark: { value: 0, mask: 0 } })], true],
  [
    'a policy for one port, to which it goes',
    ipv4(17, udp(1024, 1701, new Uint8Array(4))),
    [protect({ selector: { ...toPeer, protocol: 17, destinationPort: exactly(1701) } })],
    true,
  ],
  [
    'a policy for one port, next to it',
    ipv4(17, udp(1024, 1702, new Uint8Array(4))),
    [protect({ selector: { ...toPeer, protocol: 17, destinationPort: exactly(1701) } })],
    false,
  ],
  [
    'GRE that is protected in transport mode',
    ipv4(47, bytes('0000 0800')),
    [protect({ selector: { ...toPeer, protocol: 47 } })],
    true,
  ],
  [
    'a GRE key that a policy chooses',
    ipv4(47, bytes('2000 0800 00010002')),
    [protect({ selector: { ...toPeer, protocol: 47, sourcePort: exactly(1), destinationPort: exactly(2) } })],
    true,
  ],
  [
    'another GRE key',
    ipv4(47, bytes('2000 0800 00010003')),
    [protect({ selector: { ...toPeer, protocol: 47, sourcePort: exactly(1), destinationPort: exactly(2) } })],
    false,
  ],
  [
    'ICMP whose type a policy chooses',
    ping,
    [protect({ selector: { ...toPeer, protocol: 1, sourcePort: exactly(8) } })],
    true,
  ],
  ['ICMP of another type', ping, [protect({ selector: { ...toPeer, protocol: 1, sourcePort: exactly(0) } })], false],
];
for (const [title, packet, policies, expected] of [...clearRows, ...policyRows]) {
  test(`${title}: ${expected ? 'a leak' : 'no leak'}`, () => assert.equal(leaked(packet, policies), expected));
}

test('ports of SAs that encapsulate are those of daemons', () => {
  const encapsulation = {
    type: 'espinudp',
    sourcePort: 33000,
    destinationPort: 443,
    originalAddress: '0.0.0.0',
  } as const;
  const datagram = ipv4(17, udp(33000, 443, new Uint8Array(4)));
  assert.equal(leaked(datagram, [protect()]), true);
  assert.equal(leaked(datagram, [protect()], [[2, 'east', added(anSa({ encapsulation }))]]), false);
});

test('who is asked is the host that put the frame on the link', () => {
  const steps: Step[] = [[1, 'west', installed(protect())]];
  const senders = ['west', 'east', 'nic', ''] as const;
  const frames = senders.map((sender) => seen(1000, ping, sender));
  const found = leaks(evidenceOf({ steps, frames, commands: [[500, 'ping']] }));
  assert.deepEqual(
    found.map(({ kind, issue: { word, host, command, packet, file } }) => [kind, word, host, command, packet, file]),
    [['cleartext', 'leak', 'west', 'ping', 1, 'links/test.pcapng']],
  );
  assert.equal(found[0]?.frame, frames[0]);
  assert.match(found[0]?.issue.message ?? '', /192\.0\.2\.1.*wants protected/);
  assert.match(
    found[0]?.issue.excerpt ?? '',
    /policy out 192\.0\.2\.0\/24 > 198\.51\.100\.0\/24 priority 100 allow esp tunnel/,
  );
});

test('a policy of an interface chooses what leaves through it', () => {
  const ofInterface = protect({ selector: { ...toPeer, ifindex: 2 } });
  const steps: Step[] = [[1, 'west', installed(ofInterface)]];
  const leaksThrough = (ifindex?: number): boolean =>
    leaks(evidenceOf({ steps, frames: [{ ...seen(1000, ping), ...(ifindex && { ifindex }) }] })).length > 0;
  assert.deepEqual([2, 3, undefined].map(leaksThrough), [true, false, false]);
});

test('a policy counts from a moment after it came until a moment before it goes', () => {
  const policy = protect();
  const steps: Step[] = [
    [100, 'west', installed(policy)],
    [200, 'west', removed(policy)],
  ];
  const times = [50, 100, 100.9, 101.1, 150, 189, 191, 199, 200, 300];
  const frames = times.map((at) => seen(at, ping));
  const found = leaks(evidenceOf({ steps, frames })).length;
  assert.equal(found, 3);
  const single = times.filter((at) => leaks(evidenceOf({ steps, frames: [seen(at, ping)] })).length > 0);
  assert.deepEqual(single, [101.1, 150, 189]);
});

test('a policy that goes and comes back at once leaves no gap, and a longer gap is none of its own', () => {
  const policy = protect();
  const gap = (from: number, to: number): Step[] => [
    [1, 'west', installed(policy)],
    [from, 'west', removed(policy)],
    [to, 'west', installed(policy)],
  ];
  const at = (time: number, steps: Step[]): number => leaks(evidenceOf({ steps, frames: [seen(time, ping)] })).length;
  assert.equal(at(99, gap(100, 101)), 1);
  assert.equal(at(100.5, gap(100, 101)), 0);
  assert.equal(at(150, gap(100, 200)), 0);
  assert.equal(at(201.5, gap(100, 200)), 1);
});

test('where the default action is to block, what no policy allows is a leak', () => {
  const block = { kind: 'policy-defaults', in: 'allow', fwd: 'allow', out: 'block' } as const;
  const steps: Step[] = [[1, 'west', { event: block }]];
  assert.equal(leaked(ping, [], steps), true);
  assert.equal(leaked(ping, [pass()], steps), false);
  assert.equal(leaked(ping, [pass({ ifId: 9 })], steps), true);
  assert.equal(leaked(ipv4(17, udp(500, 500, ikeMessage)), [], steps), false);
  assert.equal(leaked(ipcomp, [], steps), false);
  assert.equal(leaked(ping, [], [[1, 'west', { event: { ...block, out: 'allow', fwd: 'block' } }]]), false);
  const [leak] = leaks(evidenceOf({ steps, frames: [seen(1000, ping)] }));
  assert.match(leak?.issue.message ?? '', /no policy allows/);
});

test('of one kind and host five issues are told, and every frame is known', () => {
  const steps: Step[] = [
    [1, 'west', installed(protect())],
    [1, 'east', installed(protect())],
  ];
  const frames = Array.from({ length: 20 }, (_, index) => seen(1000 + index, ping, index % 10 === 0 ? 'east' : 'west'));
  const { issues, leaks: leaked } = judgeFacts(evidenceOf({ steps, frames }));
  assert.deepEqual(
    leaked.map(({ frame }) => frame),
    frames,
  );
  assert.deepEqual(
    ['west', 'east'].map((name) => issues.filter(({ host }) => host === name).length),
    [5, 2],
  );
});

test('frames that hold no IP are nobody’s leak', () => {
  const arp = seen(1000, ping);
  const frame = { ...arp, packet: { ...arp.packet, dissected: { ...arp.packet.dissected } } };
  delete (frame.packet.dissected as { ip?: unknown }).ip;
  assert.deepEqual(leaks(evidenceOf({ steps: [[1, 'west', installed(protect())]], frames: [frame] })), []);
  assert.equal(leaked(ipv4(17, u16(7)), [protect()]), true);
});
