/** What tshark says of real captures must be what we say. ESPALIER_TSHARK names the program where it is not in the path. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { contentOf, payloadsOf, readIke } from '../../../../src/evidence/packet/ike/message.ts';
import type { EspPacket, IpPacket, Upper } from '../../../../src/evidence/packet/packet.ts';
import { readWire, type WirePacket } from '../../../../src/evidence/packet/wire.ts';
import { fixture, fixtures } from '../build.ts';

const program = process.env['ESPALIER_TSHARK'] ?? 'tshark';
const absent = spawnSync(program, ['--version']).status !== 0;
const skip = absent ? 'tshark is not installed; ESPALIER_TSHARK may name it' : false;

type Facts = Record<string, string[]>;
const address4 = ['ip.src', 'ip.dst'] as const;
const address6 = ['ipv6.src', 'ipv6.dst'] as const;
const names = [
  ...address4,
  ...address6,
  'ip.proto',
  'esp.spi',
  'esp.sequence',
  'ah.spi',
  'ah.sequence',
  'udp.srcport',
  'udp.dstport',
  'tcp.srcport',
  'tcp.dstport',
  'isakmp.ispi',
  'isakmp.rspi',
  'isakmp.exchangetype',
  'isakmp.messageid',
  'isakmp.length',
  'isakmp.typepayload',
  'isakmp.notify.msgtype',
] as const;

const digits = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Our own answer in tshark's names. TCP encapsulation is left out: tshark 4.0 does not know RFC 9329. */
function factsOf({ dissected, datagram }: WirePacket): Facts {
  const facts: Facts = {};
  const add = (name: (typeof names)[number], value: string | number): void => {
    facts[name] = [...(facts[name] ?? []), String(value)];
  };
  const addEsp = ({ spi, sequence }: EspPacket): void => {
    add('esp.spi', digits(spi));
    add('esp.sequence', sequence);
  };
  const addIke = (bytes: Uint8Array): void => {
    const ike = readIke(bytes);
    add('isakmp.ispi', ike.initiatorSpi);
    add('isakmp.rspi', ike.responderSpi);
    add('isakmp.exchangetype', ike.exchange);
    add('isakmp.messageid', digits(ike.messageId));
    add('isakmp.length', ike.length);
    for (const payload of payloadsOf(ike).payloads) {
      add('isakmp.typepayload', payload.type);
      const content = contentOf(payload, ike.major);
      if (content.kind === 'notify') add('isakmp.notify.msgtype', content.notify.number);
      // tshark counts proposals (2) and transforms (3) among the payloads.
      for (const { transforms } of content.kind === 'sa' ? content.proposals : []) {
        add('isakmp.typepayload', 2);
        for (const _ of transforms) add('isakmp.typepayload', 3);
      }
    }
  };
  const addUpper = (upper: Upper): void => {
    if (upper.kind === 'esp') addEsp(upper);
    if (upper.kind === 'tunnel' || upper.kind === 'gre') addPacket(upper.packet);
    if (upper.kind === 'icmp') addPacket(upper.quoted);
    if (upper.kind === 'udp' || upper.kind === 'tcp') {
      add(`${upper.kind}.srcport`, upper.sourcePort);
      add(`${upper.kind}.dstport`, upper.destinationPort);
    }
    if (upper.kind === 'udp' && upper.message?.kind === 'esp') addEsp(upper.message);
    if (upper.kind === 'udp' && upper.message?.kind === 'ike') addIke(upper.message.bytes);
    if (upper.kind !== 'ah') return;
    add('ah.spi', digits(upper.spi));
    add('ah.sequence', upper.sequence);
    addUpper(upper.upper);
  };
  const addPacket = (packet: IpPacket | undefined): void => {
    if (packet === undefined) return;
    const [source, destination] = packet.version === 4 ? address4 : address6;
    add(source, packet.source);
    add(destination, packet.destination);
    if (packet.version === 4) add('ip.proto', packet.protocol);
    // tshark reassembles too, and shows what it got with the last fragment.
    if (packet.fragment === undefined) addUpper(packet.upper);
  };
  addPacket(dissected.ip);
  if (datagram !== undefined) addUpper(datagram.packet.upper);
  return facts;
}

test('tshark says the same of every packet of real captures', { skip }, () => {
  for (const name of fixtures) {
    const file = fileURLToPath(new URL(`../fixtures/${name}.pcapng`, import.meta.url));
    const options = [
      '-n',
      '-o',
      'ip.defragment:TRUE',
      '-d',
      'tcp.port==4500,data',
      '-T',
      'json',
      '--no-duplicate-keys',
    ];
    const { stdout } = spawnSync(program, [...options, '-r', file, ...names.flatMap((field) => ['-e', field])]);
    const rows = JSON.parse(stdout.toString()) as { _source: { layers: Facts } }[];
    const wire = readWire(readCapture(fixture(`${name}.pcapng`)).packets);
    assert.equal(wire.length, rows.length);
    for (const [index, packet] of wire.entries()) {
      assert.deepEqual(
        sorted(factsOf(packet)),
        sorted(rows[index]?._source.layers ?? {}),
        `${name}, packet ${index + 1}`,
      );
    }
  }
});

function sorted(facts: Facts): [string, string[]][] {
  return Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
}
