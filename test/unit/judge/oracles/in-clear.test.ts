import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import type { IpPacket } from '../../../../src/evidence/packet/packet.ts';
import {
  daemonPorts,
  type Exemption,
  exemptionOf,
  isGroupReport,
  sasUntil,
} from '../../../../src/judge/oracles/in-clear.ts';
import { bytes, concat, fragmentHeader, ipv4, ipv6, tcp, u32, udp } from '../../evidence/build.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, seen } from './evidence.ts';

function packetOf(content: Uint8Array): IpPacket {
  const { ip } = seen(1, content).packet.dissected;
  assert.ok(ip);
  return ip;
}

/** An IPv4 or IPv6 packet with another destination. */
function to(content: Uint8Array, destination: string): Uint8Array {
  const packet = content.slice();
  packet.set(bytes(destination), destination.length === 8 ? 16 : 24);
  return packet;
}

const icmp = (type: number): Uint8Array => concat([Uint8Array.of(type, 0), bytes('0000 0001 0001 61626364')]);
/** RFC 7296, 3.1: an IKE_SA_INIT header that says how long its message is. */
const ike = (length: number, version = '20'): Uint8Array =>
  concat([bytes(`0102030405060708 0000000000000000 21${version}2208 00000000`), u32(length), bytes('00000004')]);
/** IKE without a marker, with an SPI that looks like one. */
const unmarked = (length: number): Uint8Array => {
  const message = ike(length).subarray(0, length);
  message.set(u32(0));
  return message;
};
const marked = concat([u32(0), ike(32)]);
const stream = (source: number, destination: number): Uint8Array =>
  ipv4(6, tcp({ source, destination, sequence: 1 }, bytes('16030100')));
const datagram = (source: number, destination: number, payload: Uint8Array = bytes('abcd')): Uint8Array =>
  ipv4(17, udp(source, destination, payload));
const dhcp = (source: string, ...ports: [number, number]): Uint8Array => {
  const packet = to(datagram(...ports), 'ffffffff');
  packet.set(bytes(source), 12);
  return packet;
};
const withoutAddress = (packet: Uint8Array): Uint8Array => {
  packet.set(bytes('00000000'), 12);
  return packet;
};
const esp = bytes('00001000 00000001 00');
const ah = bytes('01040000 00001000 00000001 000000000000000000000000 08000000 00010001');

const encapsulating = (type: 'espinudp' | 'espintcp', sourcePort: number, destinationPort: number): IpsecSa =>
  anSa({ encapsulation: { type, sourcePort, destinationPort, originalAddress: '0.0.0.0' } });
const sas = [anSa(), encapsulating('espinudp', 4500, 1025), encapsulating('espintcp', 33000, 443)];

type Row = readonly [title: string, content: Uint8Array, exemption: Exemption['id'] | 'in clear'];

const rows: readonly Row[] = [
  ['a ping', ipv4(1, icmp(8)), 'in clear'],
  ['a ping of IPv6', ipv6(58, icmp(128)), 'in clear'],
  ['ESP', ipv4(50, esp), 'protected'],
  ['ESP over IPv6', ipv6(50, esp), 'protected'],
  ['AH', ipv4(51, ah), 'protected'],
  ['IPComp, which has no key', ipv4(108, bytes('0400 0002 0102')), 'in clear'],
  ['IP in IP', ipv4(4, ipv4(1, icmp(8))), 'in clear'],
  ['GRE', ipv4(47, bytes('0000 0800')), 'in clear'],
  ['the protocol next to AH', ipv4(52, esp), 'in clear'],
  ['UDP to port 500', datagram(33000, 500), 'ike'],
  ['UDP from port 500', datagram(500, 33000), 'ike'],
  ['a first fragment to port 500', ipv4(17, udp(500, 500, ike(2000)), { fragment: 0x2000 }), 'ike'],
  ['ESP in UDP to port 4500', datagram(33000, 4500, esp), 'ike'],
  ['a NAT keepalive from port 4500', datagram(4500, 33000, Uint8Array.of(255)), 'ike'],
  ['ESP in UDP at the port of an SA', datagram(33001, 1025, esp), 'ike'],
  ['ESP in UDP from the port of an SA', datagram(1025, 33001, esp), 'ike'],
  ['ESP in UDP at a port of no SA', datagram(33001, 1026, esp), 'in clear'],
  ['IKE at a port of its own', datagram(2500, 2500, ike(32)), 'ike'],
  ['IKEv1 at a port of its own', datagram(2500, 2500, ike(32, '10')), 'ike'],
  ['what would be version 3 of IKE at a port of its own', datagram(2500, 2500, ike(32, '30')), 'in clear'],
  ['IKE with a marker at a port of its own', datagram(2500, 2500, marked), 'ike'],
  ['a header of IKE alone at a port of its own', datagram(2500, 2500, ike(28).subarray(0, 28)), 'ike'],
  ['a marker and a header alone', datagram(2500, 2500, concat([u32(0), ike(28).subarray(0, 28)])), 'ike'],
  ['a header of IKE whose SPI begins with zeros', datagram(2500, 2500, unmarked(28)), 'ike'],
  ['31 bytes of IKE whose SPI begins with zeros', datagram(2500, 2500, unmarked(31)), 'ike'],
  ['a message that is shorter than it says, at a port of its own', datagram(2500, 2500, ike(33)), 'in clear'],
  ['a message that is longer than it says, at a port of its own', datagram(2500, 2500, ike(31)), 'in clear'],
  ['27 bytes at a port of its own', datagram(2500, 2500, ike(27).subarray(0, 27)), 'in clear'],
  ['UDP to port 501', datagram(501, 501), 'in clear'],
  ['a UDP datagram without contents', datagram(7, 7, new Uint8Array()), 'in clear'],
  ['TCP to port 4500', stream(33001, 4500), 'stream'],
  ['TCP from port 4500', stream(4500, 33001), 'stream'],
  ['TCP to port 500', stream(33001, 500), 'in clear'],
  ['TCP from port 500', stream(500, 33001), 'in clear'],
  ['TCP at the port of an SA that encapsulates in TCP', stream(33001, 443), 'stream'],
  ['UDP at the port of an SA that encapsulates in TCP', datagram(33001, 443), 'in clear'],
  ['TCP at the port of an SA that encapsulates in UDP', stream(33001, 1025), 'in clear'],
  ['a router solicitation', ipv6(58, icmp(133)), 'discovery'],
  ['a neighbour solicitation', ipv6(58, icmp(135)), 'discovery'],
  ['a redirect', ipv6(58, icmp(137)), 'discovery'],
  ['ICMPv6 before Neighbour Discovery', ipv6(58, icmp(132)), 'in clear'],
  ['ICMPv6 next to Neighbour Discovery', ipv6(58, icmp(138)), 'in clear'],
  ['ICMP of IPv4 with the type of a neighbour solicitation', ipv4(1, icmp(135)), 'in clear'],
  ['a multicast listener report', to(ipv6(58, icmp(143)), 'ff020000000000000000000000000016'), 'in clear'],
  ['an IGMP report', to(ipv4(2, bytes('22000000 00000000')), 'e0000016'), 'in clear'],
  ['DHCP of a host without an address', dhcp('00000000', 68, 67), 'dhcp'],
  ['DHCP of a host with an address', dhcp('c0000201', 68, 67), 'in clear'],
  ['UDP from DHCP’s port of a host without an address', dhcp('00000000', 68, 1067), 'in clear'],
  ['TCP at the ports of DHCP', withoutAddress(stream(68, 67)), 'in clear'],
  ['what may be IKE as well as DHCP', withoutAddress(datagram(68, 67, ike(32))), 'ike'],
  ['an answer of DHCP', dhcp('00000000', 67, 68), 'in clear'],
  ['UDP to DHCP’s port of a host without an address', dhcp('00000000', 1068, 67), 'in clear'],
  ['a later fragment', ipv4(17, new Uint8Array(16), { fragment: 0x0002 }), 'fragment'],
  ['a first fragment', ipv4(17, udp(7, 7, new Uint8Array(8)), { fragment: 0x2000 }), 'in clear'],
  ['a first fragment of ESP', ipv4(50, esp, { fragment: 0x2000 }), 'protected'],
  [
    'a first fragment of IPv6',
    ipv6(44, concat([fragmentHeader(17, 0, true), udp(7, 7, new Uint8Array(8))])),
    'in clear',
  ],
  ['a later fragment of IPv6', ipv6(44, concat([fragmentHeader(17, 8, false), new Uint8Array(8)])), 'fragment'],
  ['a segment that is cut short', ipv4(6, bytes('1194')), 'in clear'],
];

for (const [title, content, expected] of rows) {
  test(`${title}: ${expected === 'in clear' ? expected : `not in clear (${expected})`}`, () => {
    assert.equal(exemptionOf(packetOf(content), daemonPorts(sas))?.id ?? 'in clear', expected);
  });
}

const allRouters6 = 'ff020000000000000000000000000016';
const reports: readonly (readonly [title: string, content: Uint8Array, report: boolean])[] = [
  ['IGMP to a group of the link', to(ipv4(2, bytes('22000000 00000000')), 'e0000016'), true],
  ['IGMP to one host', ipv4(2, bytes('22000000 00000000')), false],
  ['a query of MLD', to(ipv6(58, icmp(130)), 'ff020000000000000000000000000001'), true],
  ['a report of MLD', to(ipv6(58, icmp(131)), allRouters6), true],
  ['an end of MLD', to(ipv6(58, icmp(132)), allRouters6), true],
  ['a report of MLDv2', to(ipv6(58, icmp(143)), allRouters6), true],
  ['a report of MLDv2 to one host', ipv6(58, icmp(143)), false],
  ['a ping of a group of the link', to(ipv4(1, icmp(8)), 'e0000001'), false],
  ['a ping of a group of the link, IPv6', to(ipv6(58, icmp(128)), 'ff020000000000000000000000000001'), false],
  ['ICMP of IPv4 to a group of the link, in IPv6', to(ipv6(1, icmp(131)), allRouters6), false],
  ['UDP to a group of the link', to(datagram(5353, 5353), 'e00000fb'), false],
];
for (const [title, content, expected] of reports) {
  test(`${title} is ${expected ? 'a' : 'no'} report of groups`, () =>
    assert.equal(isGroupReport(packetOf(content)), expected));
}

test('ports are those of every SA that any host had until a moment, and without one, until the end', () => {
  const { timeline } = evidenceOf({
    steps: [
      [5, 'west', added(encapsulating('espinudp', 4500, 1025))],
      [9, 'east', added(encapsulating('espinudp', 1026, 4500))],
    ],
  });
  const portsUntil = (end?: bigint): number[] => [...daemonPorts(sasUntil(timeline, end)).udp].sort((a, b) => a - b);
  assert.deepEqual(portsUntil(4_999_999n), [500, 4500]);
  assert.deepEqual(portsUntil(5_000_000n), [500, 1025, 4500]);
  assert.deepEqual(portsUntil(), [500, 1025, 1026, 4500]);
});
