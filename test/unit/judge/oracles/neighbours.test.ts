import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenFrame } from '../../../../src/evidence/evidence.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import { Neighbours } from '../../../../src/judge/oracles/neighbours.ts';
import { bytes, concat, ipv4, ipv6, u16 } from '../../evidence/build.ts';
import { ms } from './evidence.ts';

const [west, east, other] = ['020000000001', '020000000002', '020000000003'] as const;
const everybody = 'ffffffffffff';
const nobody = '000000000000';

/** Frames of one link as they were captured: when in milliseconds, to whom, from whom, type and contents. */
type Heard = readonly [at: number, to: string, from: string, type: number, payload: Uint8Array];

function captured(frames: readonly Heard[], file = 'links/a.pcapng'): SeenFrame[] {
  const wire = readWire(
    frames.map(([at, to, from, type, payload]) => ({
      time: ms(at),
      frame: concat([bytes(to), bytes(from), u16(type), payload]),
    })),
  );
  return wire.map((packet, index) => ({ file, number: index + 1, time: packet.time, packet }));
}

const arp = (operation: number, sender: readonly [string, string], target: readonly [string, string]): Uint8Array =>
  concat([bytes('0001 0800 0604'), u16(operation), bytes(sender.join('')), bytes(target.join(''))]);
const [westIp, eastIp] = ['c0000201', 'c0000202'] as const;
const ask = (at: number, to: string = everybody): Heard => [
  at,
  to,
  west,
  0x806,
  arp(1, [west, westIp], [nobody, eastIp]),
];
const answer = (at: number, to: string = west, operation = 2): Heard => [
  at,
  to,
  east,
  0x806,
  arp(operation, [east, eastIp], [west, westIp]),
];
const packet = (at: number, to: string = east): Heard => [at, to, west, 0x800, ipv4(1, bytes('0800 0000 0001 0001'))];

/** When the sender of the last frame had asked, in milliseconds. */
function asked(frames: readonly Heard[], delay = 0): number | undefined {
  const all = captured(frames);
  const time = new Neighbours(all).askedBefore(all.at(-1) as SeenFrame, ms(delay));
  return time === undefined ? undefined : Number(time) / 1e6;
}

for (const [title, frames, expected] of [
  ['a frame that leaves with the answer waited since the request', [ask(10), answer(900), packet(900)], 10],
  ['one that leaves a few steps of the clock later did perhaps', [ask(10), answer(900), packet(900.004)], 10],
  ['one that leaves later did not', [ask(10), answer(900), packet(900.005)], undefined],
  ['one that was captured before the answer did not', [ask(10), packet(900), answer(900), packet(901)], undefined],
  ['one to somebody else did not', [ask(10), answer(900), packet(900, other)], undefined],
  ['an answer that nobody had asked for frees nothing', [answer(900), packet(900)], undefined],
  ['an answer to another host is not heard', [ask(10), answer(900, other), packet(900)], undefined],
  ['a broadcast is heard', [ask(10), answer(900, everybody), packet(900)], 10],
  ['a request of the neighbour tells its address too', [ask(10), answer(900, everybody, 1), packet(900)], 10],
  ['who probes an address that is known does not wait', [ask(10, east), answer(900), packet(900)], undefined],
  ['requests are repeated while a packet waits', [ask(10), ask(1010), ask(2010), answer(2500), packet(2500)], 10],
  ['after three the packets are gone', [ask(10), ask(1010), ask(2010), ask(3010), answer(3500), packet(3500)], 1010],
  ['an old request is another one', [ask(10), ask(5000), answer(5001), packet(5001)], 5000],
  ['a request after the answer frees nothing', [answer(900), packet(900.001), ask(901), packet(902)], undefined],
] as const satisfies readonly (readonly [string, readonly Heard[], number | undefined])[]) {
  test(title, () => assert.equal(asked(frames), expected));
}

test('a sender that delays its packets may have had the answer before', () => {
  const frames = [ask(10), answer(900), packet(950)];
  assert.deepEqual([asked(frames, 49), asked(frames, 50)], [undefined, 10]);
});

test('of two addresses of a neighbour that were asked for, the earlier request counts', () => {
  const second = (at: number, operation: number): Heard =>
    operation === 1
      ? [at, everybody, west, 0x806, arp(1, [west, westIp], [nobody, 'c0000209'])]
      : [at, west, east, 0x806, arp(2, [east, 'c0000209'], [west, westIp])];
  assert.equal(asked([ask(10), second(20, 1), answer(900), second(900, 2), packet(900)]), 10);
  assert.equal(asked([second(10, 1), ask(20), second(900, 2), answer(900), packet(900)]), 10);
});

test('what is said on another link is not heard', () => {
  const here = captured([packet(900)]);
  const there = captured([ask(10), answer(900)], 'links/b.pcapng');
  assert.equal(new Neighbours([...there, ...here]).askedBefore(here[0] as SeenFrame, 0n), undefined);
});

/** Addresses are those of `ipv6`: 2001:db8::1 asks for 2001:db8::2. */
const target = bytes('20010db8000000000000000000000002');
const icmp6 = (type: number, body: Uint8Array = target): Uint8Array =>
  ipv6(58, concat([Uint8Array.of(type, 0), bytes('0000 00000000'), body]));
/** The same packet the other way: from 2001:db8::2. */
const back = (content: Uint8Array): Uint8Array => {
  const copy = content.slice();
  copy.set(target, 8);
  return copy;
};
const group = '3333ff000002';
const solicit = (at: number, to: string = group): Heard => [at, to, west, 0x86dd, icmp6(135)];
const said = (at: number, type: number, body?: Uint8Array): Heard => [at, west, east, 0x86dd, back(icmp6(type, body))];
const ping6 = (at: number): Heard => [at, east, west, 0x86dd, ipv6(58, bytes('8000 0000 0001 0001'))];
const unspecified = (content: Uint8Array): Uint8Array => {
  const copy = content.slice();
  copy.fill(0, 8, 24);
  return copy;
};

for (const [title, frames, expected] of [
  ['an advertisement answers a solicitation', [solicit(10), said(900, 136), ping6(900)], 10],
  ['so does a solicitation of the neighbour', [solicit(10), said(900, 135), ping6(900)], 10],
  ['so does a router advertisement', [solicit(10), said(900, 134), ping6(900)], 10],
  ['so does a redirect', [solicit(10), said(900, 137), ping6(900)], 10],
  ['an echo does not', [solicit(10), said(900, 128), ping6(900)], undefined],
  ['a solicitation to one host alone is a probe', [solicit(10, east), said(900, 136), ping6(900)], undefined],
  [
    'an advertisement without a target says nothing',
    [solicit(10), said(900, 136, bytes('2001')), ping6(900)],
    undefined,
  ],
  [
    'who asks whether an address is free has no packets that wait',
    [[10, group, west, 0x86dd, unspecified(icmp6(135))], said(900, 136), ping6(900)],
    undefined,
  ],
] as const satisfies readonly (readonly [string, readonly Heard[], number | undefined])[]) {
  test(`Neighbour Discovery: ${title}`, () => assert.equal(asked(frames), expected));
}
