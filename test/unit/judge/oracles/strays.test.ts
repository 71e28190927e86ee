import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { IpsecPolicy, Template } from '../../../../src/evidence/ipsec.ts';
import { readIp } from '../../../../src/evidence/packet/ip.ts';
import { type IpPacket, wellKnownPorts } from '../../../../src/evidence/packet/packet.ts';
import { bytes, concat, ipv4, u32 } from '../../evidence/build.ts';
import { anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, installed, protectedPacket, removed, type Step, toPeer, wireOf } from './evidence.ts';

const out = anSa({ direction: 'out' });
const ping = bytes('0800 0000 0001 0001');

function innerOf(packet: Uint8Array): IpPacket {
  const inner = readIp({ bytes: packet, start: 0, end: packet.length }, wellKnownPorts);
  assert.ok(inner);
  return inner;
}

/** RFC 4302, 2: with an ICV of 12 bytes. */
const ah = (next: number, payload: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(next, 4, 0, 0), u32(0x900), u32(1), new Uint8Array(12), payload]);
/** From one gateway to the other. */
function between(protocol: number, payload: Uint8Array): Uint8Array {
  const packet = ipv4(protocol, payload);
  packet.set(bytes('c001022d c0010217'), 12);
  return packet;
}

/** Whether what came out of the ESP tunnel at 100 ms is a stray, where west has one policy with these templates. */
function strays(inner: IpPacket, templates: readonly Template[], change: Partial<IpsecPolicy> = {}): boolean {
  const policy = aPolicy({ selector: toPeer, templates, ...change });
  const steps: Step[] = [
    [1, 'west', added(out)],
    [1, 'west', installed(policy)],
  ];
  const { issues } = wireOf(evidenceOf({ steps, packets: [protectedPacket(100, { inner })] }));
  return issues.some(({ kind }) => kind === 'inner-selector');
}

const esp = aTemplate();
const ahTunnel = aTemplate({ protocol: 'ah', reqid: 5 });
const ahTransport = aTemplate({
  protocol: 'ah',
  mode: 'transport',
  reqid: 5,
  source: '0.0.0.0',
  destination: '0.0.0.0',
});
const wantsPing = { selector: { ...toPeer, protocol: 1 } };
const reversed = (packet: Uint8Array): Uint8Array => {
  const copy = packet.slice();
  copy.set(packet.subarray(12, 16), 16);
  copy.set(packet.subarray(16, 20), 12);
  return copy;
};

const tunnelled = innerOf(between(51, ah(4, ipv4(1, ping))));
const transported = innerOf(ipv4(51, ah(1, ping)));

for (const [title, stray, inner, templates, change] of [
  ['AH in tunnel mode that the policy puts inside', false, tunnelled, [ahTunnel, esp], wantsPing],
  ['AH in transport mode that the policy puts inside', false, transported, [ahTransport, esp], wantsPing],
  ['AH that the policy puts outside', true, tunnelled, [esp, ahTunnel], wantsPing],
  ['AH that no template makes', true, tunnelled, [esp], wantsPing],
  ['AH of other gateways', true, tunnelled, [aTemplate({ protocol: 'ah', source: '192.1.2.99' }), esp], wantsPing],
  ['AH to other gateways', true, tunnelled, [aTemplate({ protocol: 'ah', destination: '192.1.2.99' }), esp], wantsPing],
  [
    'AH of gateways that a template leaves open',
    false,
    tunnelled,
    [aTemplate({ protocol: 'ah', source: '0.0.0.0', destination: '::' }), esp],
    wantsPing,
  ],
  [
    'AH around what the policy does not choose',
    true,
    innerOf(between(51, ah(4, reversed(ipv4(1, ping))))),
    [ahTunnel, esp],
    wantsPing,
  ],
  [
    'AH in transport mode around another protocol',
    true,
    innerOf(ipv4(51, ah(17, ping))),
    [ahTransport, esp],
    wantsPing,
  ],
  ['AH in transport mode between other hosts', true, innerOf(reversed(ipv4(51, ah(1, ping)))), [ahTransport, esp], {}],
  ['ESP inside, which nobody can read', false, innerOf(between(50, ping)), [aTemplate({ reqid: 5 }), esp], wantsPing],
  ['IPComp inside', false, innerOf(between(108, ping)), [aTemplate({ protocol: 'ipcomp', reqid: 5 }), esp], wantsPing],
  ['another protocol than the template makes', true, innerOf(between(50, ping)), [ahTunnel, esp], wantsPing],
  [
    'two templates inside each other',
    false,
    innerOf(between(51, ah(4, between(51, ah(4, ipv4(1, ping)))))),
    [ahTunnel, ahTunnel, esp],
    wantsPing,
  ],
  [
    'one more than there are templates',
    true,
    innerOf(between(51, ah(4, tunnelledBytes()))),
    [ahTunnel, esp],
    wantsPing,
  ],
  ['an optional template that was left out', false, innerOf(ipv4(1, ping)), [ahTunnel, esp], wantsPing],
] as const satisfies readonly (readonly [string, boolean, IpPacket, readonly Template[], Partial<IpsecPolicy>])[]) {
  test(`in an ESP tunnel, ${title}: ${stray ? 'a stray' : 'no stray'}`, () => {
    assert.equal(strays(inner, templates, change), stray);
  });
}

function tunnelledBytes(): Uint8Array {
  return between(51, ah(4, ipv4(1, ping)));
}

/** How many findings there are about a packet at a time, where the times of events are exact. */
function at(time: number, steps: readonly Step[], change: Partial<ProtectedPacket> = {}): number {
  const packets = [protectedPacket(time, { inner: innerOf(ipv4(1, ping)), ...change })];
  const evidence = evidenceOf({ steps: [[1, 'west', added(out)], ...steps], packets, exact: true });
  return wireOf(evidence).issues.filter(({ kind }) => kind === 'inner-selector').length;
}
const step = 0.000256;
const policy = aPolicy({ selector: toPeer });

test('a policy sends into a tunnel from its own time on, and as long as it stands', () => {
  const standing: Step[] = [
    [100, 'west', installed(policy)],
    [200, 'west', removed(policy)],
  ];
  // A policy that expires, and what it chose at the same time, have one time.
  assert.deepEqual(
    [100 - step, 100, 200, 200 + step].map((time) => at(time, standing)),
    [1, 0, 0, 1],
  );
});

test('a policy that changed sends as it is now', () => {
  const changed: Step[] = [
    [100, 'west', installed(policy)],
    [150, 'west', { event: { kind: 'policy-updated', policy: { ...policy, templates: [aTemplate({ reqid: 9 })] } } }],
  ];
  assert.deepEqual(
    [120, 150, 150 + step].map((time) => at(time, changed)),
    [0, 0, 1],
  );
});

test('in a stream of TCP a packet may have waited for ever', () => {
  const gone: Step[] = [
    [100, 'west', installed(policy)],
    [200, 'west', removed(policy)],
  ];
  assert.deepEqual([at(900, gone), at(900, gone, { encapsulation: 'tcp' })], [1, 0]);
  assert.equal(at(50, gone, { encapsulation: 'tcp' }), 1);
});
