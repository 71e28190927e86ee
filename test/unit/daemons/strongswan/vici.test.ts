import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { readListSa } from '../../../../src/daemons/strongswan/vici/list-sas.ts';
import {
  decodeMessage,
  encodeMessage,
  type ViciSection,
  type ViciValue,
} from '../../../../src/daemons/strongswan/vici/message.ts';
import {
  decodePacket,
  encodePacket,
  packetTypes,
  splitPackets,
} from '../../../../src/daemons/strongswan/vici/packet.ts';

const numRuns = Number(process.env.ESPALIER_FUZZ ?? 1500);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));
const section = (fields: object): ViciSection =>
  new Map(
    Object.entries(fields).map(([name, value]): [string, ViciValue] => [
      name,
      typeof value === 'string' || Array.isArray(value) ? value : section(value as object),
    ]),
  );

const event = section({
  net: {
    uniqueid: '1',
    version: '2',
    state: 'ESTABLISHED',
    'local-host': '198.51.100.1',
    'remote-host': '198.51.100.2',
    'initiator-spi': '5b0dd4a8ab3dd3c9',
    'responder-spi': '42a1b2c3d4e5f60',
    'child-sas': {
      'net-1': {
        name: 'net',
        uniqueid: '2',
        reqid: '3',
        state: 'INSTALLED',
        mode: 'TUNNEL',
        protocol: 'ESP',
        encap: 'yes',
        'spi-in': 'c1a2b3c4',
        'spi-out': '0a0b0c0d',
        'encr-alg': 'AES_GCM_16',
        'encr-keysize': '128',
        esn: '1',
        'bytes-in': '84',
        'bytes-out': '168',
        'local-ts': ['10.1.0.0/16'],
        'remote-ts': ['10.2.0.0/16', '10.3.0.0/16[tcp/80]'],
      },
    },
  },
});

test('a list-sa event gives the IKE SA and its children', () => {
  assert.deepEqual(readListSa(decodeMessage(encodeMessage(event))), {
    ike: [
      {
        version: 2,
        name: 'net',
        id: '1',
        state: 'ESTABLISHED',
        established: true,
        local: '198.51.100.1',
        remote: '198.51.100.2',
        initiatorSpi: '5b0dd4a8ab3dd3c9',
        responderSpi: '042a1b2c3d4e5f60',
      },
    ],
    children: [
      {
        name: 'net',
        id: '2',
        ike: '1',
        state: 'INSTALLED',
        established: true,
        protocol: 'esp',
        mode: 'tunnel',
        encapsulated: true,
        esn: true,
        spiIn: 0xc1a2b3c4,
        spiOut: 0x0a0b0c0d,
        reqid: 3,
        local: ['10.1.0.0/16'],
        remote: ['10.2.0.0/16', '10.3.0.0/16[tcp/80]'],
        algorithms: 'AES_GCM_16-128',
        bytesIn: 84n,
        bytesOut: 168n,
      },
    ],
  });
});

test('the octets of a message are those of its description', () => {
  const octets = '\x01\x01s' + '\x03\x01k\x00\x02va' + '\x04\x01l\x05\x00\x01x\x05\x00\x00\x06' + '\x02';
  const message = section({ s: { k: 'va', l: ['x', ''] } });
  assert.deepEqual(encodeMessage(message), latin1(octets));
  assert.deepEqual(decodeMessage(latin1(octets)), message);
});

test('what is no message is refused', () => {
  const bad = [
    '\x00',
    '\x02',
    '\x01\x01s',
    '\x03\x05k',
    '\x03\x01k\x00\x09v',
    '\x04\x01l\x03',
    '\x05\x00\x00',
    '\x04\x01l',
  ];
  for (const octets of [...bad, '\x01\x01s'.repeat(40)]) {
    assert.throws(() => decodeMessage(latin1(octets)), isRefusal, JSON.stringify(octets));
  }
  assert.throws(() => readListSa(section({ net: 'text' })), isRefusal);
  assert.throws(() => readListSa(section({ net: { version: '3' } })), isRefusal);
  assert.throws(() => encodeMessage(section({ ['n'.repeat(256)]: '' })), isRefusal);
});

test('packets come out of a stream as they went in, whatever its cuts', () => {
  const name = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^ -~]/g, '_'));
  const packet = fc
    .tuple(fc.constantFrom(...Object.values(packetTypes)), name, fc.uint8Array({ maxLength: 30 }))
    .map(([type, named, message]) => {
      const hasName = ['command-request', 'event-register', 'event-unregister', 'event'].includes(type);
      return { type, ...(hasName && { name: named }), message };
    });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 5 }), fc.nat(), (list, at) => {
      const stream = Buffer.concat(list.map(encodePacket));
      const cut = at % (stream.length + 1);
      const first = splitPackets(stream.subarray(0, cut));
      const second = splitPackets(Buffer.concat([first.rest, stream.subarray(cut)]));
      assert.deepEqual(
        [...first.packets, ...second.packets].map(decodePacket).map((one) => ({ ...one, message: [...one.message] })),
        list.map((one) => ({ ...one, message: [...one.message] })),
      );
      assert.equal(second.rest.length, 0);
    }),
  );
});

test('packets of unknown types and of more than 512 KiB are refused', () => {
  assert.throws(() => decodePacket(Uint8Array.of(8)), isRefusal);
  assert.throws(() => decodePacket(Uint8Array.of(0, 5, 65)), isRefusal);
  assert.throws(() => splitPackets(Uint8Array.of(0, 8, 0, 1)), isRefusal);
});

test('messages read back as they were written', () => {
  const text = fc.string({ maxLength: 12 }).map((one) => one.replace(/[^ -ÿ]/g, '_'));
  const { tree } = fc.letrec<{ tree: ViciSection }>((tie) => ({
    tree: fc
      .array(fc.tuple(text, fc.oneof({ maxDepth: 4 }, text, fc.array(text, { maxLength: 4 }), tie('tree'))), {
        maxLength: 4,
      })
      .map((pairs) => new Map(pairs as [string, ViciValue][])),
  }));
  fc.assert(fc.property(tree, (message) => assert.deepEqual(decodeMessage(encodeMessage(message)), message)));
});

test('damaged messages are refused or read, and nothing else happens', () => {
  const whole = encodeMessage(event);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, end) => {
      const octets = Uint8Array.from(whole);
      for (const [at, octet] of changes) octets[at] = octet;
      try {
        readListSa(decodeMessage(octets.subarray(0, end)));
        readListSa(decodeMessage(octets));
      } catch (error) {
        assert.ok(isRefusal(error), String(error));
      }
    }),
    { numRuns },
  );
});

function isRefusal(error: unknown): boolean {
  return error instanceof EspalierError && error.fault === 'guest';
}
