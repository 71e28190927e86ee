import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressExtension,
  ipsecRequest,
  keyExtension,
  lifetimeExtension,
  policyExtension,
  readAddress,
  readKey,
  readLifetime,
  readPolicy,
  readSa,
  readSa2,
  readSupported,
  sa2Extension,
  saExtension,
} from '../../../../src/evidence/pfkey/extensions.ts';
import { extensionBytes, messageBytes, readMessage } from '../../../../src/evidence/pfkey/message.ts';
import { extensionTypes, messageTypes, type PfKeyExtension, saTypes } from '../../../../src/evidence/pfkey/numbers.ts';

const names = <Name extends string>(numbers: Readonly<Record<Name, number>>) => Object.keys(numbers) as Name[];
const types = fc.constantFrom(...names(messageTypes));
const kinds = fc.constantFrom(...names(saTypes));
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** The content of one extension, by way of a message. */
function carried(type: PfKeyExtension, extension: Uint8Array): Uint8Array {
  const read = readMessage(messageBytes('add', 'esp', [extension]))?.extensions.get(type);
  assert.ok(read);
  return read;
}

test('a message is read as it was written', () => {
  const extensions = fc.uniqueArray(fc.tuple(fc.constantFrom(...names(extensionTypes)), bytes(40)), {
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(types, kinds, u32, extensions, (type, saType, sequence, parts) => {
      const message = messageBytes(
        type,
        saType,
        parts.map(([name, content]) => extensionBytes(name, content)),
      );
      message.writeUInt32LE(sequence, 8);
      assert.equal(message.length % 8, 0);
      const read = readMessage(message);
      assert.ok(read);
      assert.deepEqual([read.type, read.saType, read.sequence, read.errno], [type, saType, sequence, 0]);
      assert.deepEqual(
        [...read.extensions.keys()],
        parts.map(([name]) => name),
      );
      for (const [name, content] of parts) {
        const found = read.extensions.get(name);
        assert.deepEqual(Buffer.from(found?.subarray(0, content.length) ?? []), Buffer.from(content));
      }
    }),
  );
});

test('whatever octets come, they are read as a message or as none', () => {
  const head = fc.tuple(fc.constant(2), fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(8), fc.constant(0));
  fc.assert(
    fc.property(
      fc.oneof(
        bytes(80),
        fc.tuple(head, bytes(58)).map(([a, b]) => Uint8Array.of(...a, ...b)),
      ),
      (octets) => {
        const read = readMessage(octets);
        if (read === undefined) return;
        const total = [...read.extensions.values()].reduce((sum, content) => sum + 4 + content.length, 16);
        assert.ok(total <= octets.length);
      },
    ),
  );
});

const broken: Readonly<Record<string, Buffer>> = {
  'half a head': Buffer.alloc(8),
  'version 1': Buffer.from('0103000302000000000000000000000000000000', 'hex').subarray(0, 16),
  'a length of one word too many': Buffer.from('02030003030000000000000001000000', 'hex'),
  'an extension without a length': Buffer.from('020300030300000000000000010000000000010000000000', 'hex'),
  'an extension beyond the end': Buffer.from('020300030300000000000000010000000200010000000000', 'hex'),
};
for (const [what, octets] of Object.entries(broken)) {
  test(`${what} is no message`, () => assert.equal(readMessage(octets), undefined));
}

test('numbers without a name stay numbers, and of an extension that comes twice the first one counts', () => {
  const [one, other] = [extensionBytes(99, Buffer.of(1)), extensionBytes(99, Buffer.of(2))];
  const message = messageBytes('add', 'esp', [one, other]);
  message[1] = 77;
  message[3] = 66;
  const read = readMessage(message);
  assert.deepEqual([read?.type, read?.saType, read?.extensions.get(99)?.[0]], [77, 66, 1]);
});

test('octets of an ADD are where RFC 2367, 2.3, has them', () => {
  const sa = saExtension({ spi: 0x1001, replayWindow: 32, integrity: 3, encryption: 12, flags: 0x80000000 });
  assert.equal(sa.toString('hex'), '02000100' + '00001001' + '2001030c' + '00000080');
  const four = addressExtension('source', '192.0.2.1', { port: 500, protocol: 17 });
  assert.equal(four.toString('hex'), `0300050011200000020001f4c0000201${'00'.repeat(8)}`);
  const six = addressExtension('destination', '2001:db8::/32');
  const octets = `20010db8${'00'.repeat(12)}`;
  assert.equal(six.toString('hex'), `05000600002000000a00000000000000${octets}${'00'.repeat(8)}`);
  assert.equal(
    keyExtension('encryption-key', Buffer.alloc(20, 0x5a)).toString('hex'),
    `04000900a0000000${'5a'.repeat(20)}00000000`,
  );
});

test('what is written into an extension is read from it', () => {
  fc.assert(
    fc.property(u32, fc.nat(255), fc.nat(255), fc.nat(255), u32, (spi, replayWindow, integrity, encryption, flags) => {
      const sa = { spi, replayWindow, integrity, encryption, flags };
      assert.deepEqual(readSa(carried('sa', saExtension(sa))), { ...sa, state: 1 });
    }),
  );
  fc.assert(
    fc.property(u32, u64, u64, u64, (packets, octets, addSeconds, useSeconds) => {
      const lifetime = { packets, bytes: octets, addSeconds, useSeconds };
      assert.deepEqual(readLifetime(carried('lifetime-hard', lifetimeExtension('lifetime-hard', lifetime))), lifetime);
    }),
  );
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(255), u32, u32, bytes(40), (type, direction, index, priority, request) => {
      const policy = { type, direction, index, priority };
      assert.deepEqual(readPolicy(carried('policy', policyExtension(policy, [request]))), policy);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(0xffff), fc.nat(255), (address, port, protocol) => {
      const read = readAddress(carried('source', addressExtension('source', address, { port, protocol })));
      assert.deepEqual([read.port, read.protocol, read.prefix], [port, protocol, address.includes(':') ? 128 : 32]);
      const again = addressExtension('source', read.address, { port, protocol });
      assert.deepEqual(again, addressExtension('source', address, { port, protocol }));
    }),
  );
  fc.assert(
    fc.property(bytes(64), (key) => {
      assert.deepEqual(
        Buffer.from(readKey(carried('integrity-key', keyExtension('integrity-key', key)))),
        Buffer.from(key),
      );
    }),
  );
  assert.deepEqual(readSa2(carried('sa2', sa2Extension(2, 77))), { mode: 2, reqid: 77 });
});

test('a request has its length in octets, and only a tunnel has ends', () => {
  const parts = { protocol: 50, mode: 2, level: 3, reqid: 1 };
  const tunnel = ipsecRequest(parts, ['192.0.2.1', '192.0.2.2']);
  assert.equal(tunnel.subarray(0, 16).toString('hex'), '3000' + '3200' + '0203' + '0000' + '01000000' + '00000000');
  assert.equal(tunnel.length, 48);
  assert.equal(ipsecRequest(parts, []).length, 16);
});

test('algorithms of an answer to REGISTER', () => {
  const content = Buffer.from('00000000' + '0308a000a0000000' + '0c08800000010000', 'hex');
  assert.deepEqual(readSupported(carried('supported-encryption', extensionBytes('supported-encryption', content))), [
    { number: 3, iv: 8, leastKeyBits: 160, mostKeyBits: 160 },
    { number: 12, iv: 8, leastKeyBits: 128, mostKeyBits: 256 },
  ]);
});
