import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { describeIke } from '../../../../src/evidence/packet/ike/describe.ts';
import { describeProposal } from '../../../../src/evidence/packet/ike/describe-proposal.ts';
import { contentOf, payloadsOf, readIke } from '../../../../src/evidence/packet/ike/message.ts';
import type { PayloadContent } from '../../../../src/evidence/packet/ike/payload.ts';
import { bytes, concat, u16, u32 } from '../build.ts';

interface Fields {
  readonly version: number;
  readonly exchange: number;
  readonly flags?: number;
  readonly id?: number;
}
type Part = readonly [type: number, body: string | Uint8Array, flags?: number];

/** Header and payloads, each pointing to the next. */
function message({ version, exchange, flags = 0, id = 0 }: Fields, parts: readonly Part[]): Uint8Array {
  const payloads = parts.map(([, body, payloadFlags = 0], index) => {
    const data = typeof body === 'string' ? bytes(body) : body;
    return concat([Uint8Array.of(parts[index + 1]?.[0] ?? 0, payloadFlags), u16(data.length + 4), data]);
  });
  const body = concat(payloads);
  const head = [
    bytes('1111111111111111 2222222222222222'),
    Uint8Array.of(parts[0]?.[0] ?? 0, version, exchange, flags),
  ];
  return concat([...head, u32(id), u32(28 + body.length), body]);
}
const v2: Fields = { version: 0x20, exchange: 34, flags: 8 };
const v1: Fields = { version: 0x10, exchange: 2 };

/** Contents of the only payload. */
function content(fields: Fields, type: number, body: string | Uint8Array): PayloadContent {
  const ike = readIke(message(fields, [[type, body]]));
  const [payload] = payloadsOf(ike).payloads;
  assert.ok(payload);
  return contentOf(payload, ike.major);
}

test('the header of IKEv2 is that of RFC 7296', () => {
  const { body, ...header } = readIke(message({ version: 0x20, exchange: 37, flags: 0x20, id: 9 }, [[41, '00004004']]));
  assert.deepEqual(header, {
    initiatorSpi: '1111111111111111',
    responderSpi: '2222222222222222',
    major: 2,
    minor: 0,
    exchange: 37,
    exchangeName: 'INFORMATIONAL',
    flags: 0x20,
    fromInitiator: false,
    response: true,
    encrypted: false,
    messageId: 9,
    length: 36,
    firstPayload: 41,
  });
  assert.equal(body.length, 8);
});

test('the header of IKEv1 is that of RFC 2408', () => {
  const { exchangeName, encrypted, response, messageId, major } = readIke(
    message({ version: 0x10, exchange: 32, flags: 1, id: 0xf49b95cf }, [[8, '00']]),
  );
  assert.deepEqual(
    { exchangeName, encrypted, response, messageId, major },
    { exchangeName: 'Quick Mode', encrypted: true, response: false, messageId: 0xf49b95cf, major: 1 },
  );
});

test('a header that is cut short or denies itself is the declared error', () => {
  const whole = message(v2, []);
  for (let size = 0; size < 28; size += 1) assert.throws(() => readIke(whole.subarray(0, size)), EspalierError);
  const wrong = Uint8Array.from(whole);
  wrong[27] = 27;
  assert.throws(() => readIke(wrong), { message: 'IKE header: a length of 27' });
  assert.match(readIke(concat([whole, bytes('00')])).problem ?? '', /29 bytes/);
});

test('proposals of IKEv2 are decoded with their transforms', () => {
  // RFC 7296, 3.3: proposal 1, ESP, SPI of 4 bytes, 3 transforms; AES_GCM_16 with a key length of 256.
  const body = '02 00 0028 01 03 04 03 c0ffee01 0300000c 01000014 800e0100 03000008 0400001f 00000008 05000000';
  const second = '00 00 0014 02 01 00 01 0000000c 01 00 ffff 000e 0000';
  assert.deepEqual(content(v2, 33, body + second), {
    kind: 'sa',
    proposals: [
      {
        number: 1,
        protocol: { number: 3, name: 'ESP' },
        spi: 'c0ffee01',
        transforms: [
          {
            type: { number: 1, name: 'ENCR' },
            id: { number: 20, name: 'AES_GCM_16' },
            attributes: [{ type: 14, value: 256 }],
            keyLength: 256,
          },
          { type: { number: 4, name: 'KE' }, id: { number: 31, name: 'CURVE25519' }, attributes: [] },
          { type: { number: 5, name: 'ESN' }, id: { number: 0, name: 'NO' }, attributes: [] },
        ],
      },
      {
        number: 2,
        protocol: { number: 1, name: 'IKE' },
        spi: '',
        transforms: [
          {
            type: { number: 1, name: 'ENCR' },
            id: { number: 65535, name: 'transform 65535' },
            attributes: [{ type: 14, value: bytes('') }],
          },
        ],
      },
    ],
  });
});

test('proposals of IKEv1 are decoded with their attributes', () => {
  // RFC 2408, 3.4 to 3.6: doi 1, identity only; one transform KEY_IKE: AES_CBC, 256, SHA2_256, group 14, 3600 seconds long.
  const body = `00000001 00000001 00 00 0034 00 01 00 01
    00 00 002c 00 01 0000 80010007 800e0100 80020004 80030001 8004000e 800b0001 000c0004 00000e10 00100000`;
  const sa = content(v1, 1, body);
  assert.ok(sa.kind === 'sa');
  assert.deepEqual([sa.doi, sa.situation, sa.proposals.length], [1, 1, 1]);
  assert.deepEqual(sa.proposals[0]?.transforms, [
    {
      number: 0,
      id: { number: 1, name: 'KEY_IKE' },
      attributes: [
        { type: 1, value: 7 },
        { type: 14, value: 256 },
        { type: 2, value: 4 },
        { type: 3, value: 1 },
        { type: 4, value: 14 },
        { type: 11, value: 1 },
        { type: 12, value: bytes('00000e10') },
        { type: 16, value: bytes('') },
      ],
      keyLength: 256,
    },
  ]);
});

const named = (number: number, name: string) => ({ number, name });

test('every cleartext payload of IKEv2 has its contents', () => {
  const table: readonly (readonly [number, string, PayloadContent])[] = [
    [34, '0013 0000 aabb', { kind: 'key-exchange', group: named(19, 'ECP256'), data: bytes('aabb') }],
    [40, 'aabb', { kind: 'nonce', data: bytes('aabb') }],
    [
      41,
      '03 04 4009 12345678 aa',
      {
        kind: 'notify',
        protocol: named(3, 'ESP'),
        notify: named(16393, 'REKEY_SA'),
        spi: '12345678',
        data: bytes('aa'),
      },
    ],
    [
      41,
      '00 00 a001',
      {
        kind: 'notify',
        protocol: named(0, 'none'),
        notify: named(40961, 'notification 40961'),
        spi: '',
        data: bytes(''),
      },
    ],
    [42, '03 04 0002 00000001 000000ff', { kind: 'delete', protocol: named(3, 'ESP'), spis: ['00000001', '000000ff'] }],
    [42, '01 00 0000', { kind: 'delete', protocol: named(1, 'IKE'), spis: [] }],
    [43, '0123', { kind: 'vendor', data: bytes('0123') }],
    [
      35,
      '02 000000 6561737400',
      { kind: 'identification', type: named(2, 'FQDN'), text: 'east\0', data: bytes('6561737400') },
    ],
    [
      36,
      '01 000000 c0000201',
      { kind: 'identification', type: named(1, 'IPV4_ADDR'), text: '192.0.2.1', data: bytes('c0000201') },
    ],
    [
      36,
      '09 000000 3000',
      { kind: 'identification', type: named(9, 'DER_ASN1_DN'), text: '3000', data: bytes('3000') },
    ],
    [37, '04 3082', { kind: 'certificate', encoding: named(4, 'X509_SIGNATURE'), data: bytes('3082') }],
    [38, '0c 00', { kind: 'certificate-request', encoding: named(12, 'HASH_AND_URL_X509'), data: bytes('00') }],
    [39, '0e 000000 aa', { kind: 'authentication', method: named(14, 'DIGITAL_SIGNATURE'), data: bytes('aa') }],
    [
      44,
      '02 000000 07 11 0010 01f4 01f4 c0000200 c00002ff 0a 00 0008 73783a74',
      {
        kind: 'traffic-selectors',
        selectors: [
          {
            type: named(7, 'IPV4_ADDR_RANGE'),
            protocol: 17,
            startPort: 500,
            endPort: 500,
            start: '192.0.2.0',
            end: '192.0.2.255',
            bytes: bytes('01f401f4c0000200c00002ff'),
          },
          { type: named(10, 'SECLABEL'), protocol: 0, startPort: 0, endPort: 0, bytes: bytes('73783a74') },
        ],
      },
    ],
    [
      47,
      '01 000000 0001 0004 c0000201 0003 0000',
      {
        kind: 'configuration',
        type: named(1, 'CFG_REQUEST'),
        attributes: [
          { type: 1, value: bytes('c0000201') },
          { type: 3, value: bytes('') },
        ],
      },
    ],
    [48, '01 07 0005 01', { kind: 'eap', code: 1, identifier: 7, data: bytes('01') }],
    [200, 'abcd', { kind: 'unknown' }],
  ];
  for (const [type, body, expected] of table) assert.deepEqual(content(v2, type, body), expected);
});

test('every cleartext payload of IKEv1 has its contents', () => {
  const table: readonly (readonly [number, string, PayloadContent])[] = [
    [4, 'aabb', { kind: 'key-exchange', data: bytes('aabb') }],
    [10, 'aabb', { kind: 'nonce', data: bytes('aabb') }],
    [8, 'aabb', { kind: 'hash', data: bytes('aabb') }],
    [9, 'aabb', { kind: 'signature', data: bytes('aabb') }],
    [13, 'afcad713', { kind: 'vendor', data: bytes('afcad713') }],
    [
      5,
      '04 00 0000 c0000200 ffffff00',
      {
        kind: 'identification',
        type: named(4, 'IPV4_ADDR_SUBNET'),
        protocol: 0,
        port: 0,
        text: '192.0.2.0/24',
        data: bytes('c0000200ffffff00'),
      },
    ],
    [
      5,
      '04 11 01f4 c0000200 ff00ff00',
      {
        kind: 'identification',
        type: named(4, 'IPV4_ADDR_SUBNET'),
        protocol: 17,
        port: 500,
        text: '192.0.2.0/255.0.255.0',
        data: bytes('c0000200ff00ff00'),
      },
    ],
    [6, '04 3082', { kind: 'certificate', encoding: named(4, 'X509_SIGNATURE'), data: bytes('3082') }],
    [7, '04', { kind: 'certificate-request', encoding: named(4, 'X509_SIGNATURE'), data: bytes('') }],
    [
      11,
      '00000001 01 00 000e',
      {
        kind: 'notify',
        doi: 1,
        protocol: named(1, 'ISAKMP'),
        notify: named(14, 'NO-PROPOSAL-CHOSEN'),
        spi: '',
        data: bytes(''),
      },
    ],
    [12, '00000001 03 04 0001 12345678', { kind: 'delete', doi: 1, protocol: named(3, 'ESP'), spis: ['12345678'] }],
    [
      14,
      '01 00 0000 0001 0004 c0000201 8002 0005',
      {
        kind: 'configuration',
        type: named(1, 'REQUEST'),
        attributes: [
          { type: 1, value: bytes('c0000201') },
          { type: 2, value: 5 },
        ],
      },
    ],
    [20, 'aabb', { kind: 'nat-detection', data: bytes('aabb') }],
    [21, '01 000000 c0000201', { kind: 'nat-original-address', type: named(1, 'IPV4_ADDR'), address: '192.0.2.1' }],
    [132, '0001 02 01 aabb', { kind: 'fragment', id: 1, number: 2, last: true, data: bytes('aabb') }],
    [200, 'abcd', { kind: 'unknown' }],
  ];
  for (const [type, body, expected] of table) assert.deepEqual(content(v1, type, body), expected);
});

test('encrypted payloads end the chain and name what is first inside', () => {
  const sk = readIke(
    message({ ...v2, exchange: 35 }, [
      [41, '00004004'],
      [46, '0001020304050607', 0],
      [35, '00'],
    ]),
  );
  // What follows SK in the helper stands for the type of the first payload inside; nothing may follow on the wire.
  const chain = payloadsOf(sk);
  assert.deepEqual(
    chain.payloads.map(({ name }) => name),
    ['N', 'SK'],
  );
  assert.match(chain.problem ?? '', /5 bytes after/);
  const [, payload] = chain.payloads;
  assert.ok(payload);
  assert.deepEqual(contentOf(payload, 2), { kind: 'encrypted', first: 35, length: 8 });
  assert.deepEqual(content(v2, 53, '0002 0003 aabb'), {
    kind: 'encrypted-fragment',
    first: 0,
    number: 2,
    total: 3,
    length: 2,
  });
  const whole = message({ ...v1, flags: 1 }, [[8, '0011']]);
  assert.deepEqual(payloadsOf(readIke(whole)), { payloads: [] });
});

test('a chain that breaks keeps the payloads before', () => {
  const whole = message(v2, [
    [40, 'aabb'],
    [43, '0123', 0x80],
  ]);
  const table: readonly (readonly [number, number, RegExp])[] = [
    [37, 200, /^payload 2 \(V\) is cut short$/],
    [37, 3, /^payload 2 \(V\) has a length of 3$/],
  ];
  assert.deepEqual(
    payloadsOf(readIke(whole)).payloads.map(({ name, critical }) => [name, critical]),
    [
      ['Nonce', false],
      ['V', true],
    ],
  );
  for (const [at, value, problem] of table) {
    const broken = Uint8Array.from(whole);
    broken[at] = value;
    const chain = payloadsOf(readIke(broken));
    assert.match(chain.problem ?? '', problem);
    assert.deepEqual(
      chain.payloads.map(({ name }) => name),
      ['Nonce'],
    );
  }
  assert.equal(payloadsOf(readIke(whole.subarray(0, 34))).problem, 'payload 2 (V) is not there');
});

test('contents that cannot be are malformed, and nothing else is lost', () => {
  const table: readonly (readonly [Fields, number, string])[] = [
    [v2, 33, '00 00 0003 01 03 00 00'],
    [v2, 33, '00 00 0008 01 03 00 02'],
    [v2, 33, '00 00 ffff 01 03 00 00'],
    [v2, 42, '03 04 ffff 00000001'],
    [v2, 42, '03 00 0001 00'],
    [v2, 44, '01 000000 07 00 0003'],
    [v2, 44, '02 000000 07 11 0010 01f4 01f4 c0000200 c00002ff'],
    [v2, 41, '03 ff 4009'],
    [v2, 34, '00'],
    [v1, 21, '01 000000 c00002'],
    [v1, 1, '00'],
  ];
  for (const [fields, type, body] of table) assert.equal(content(fields, type, body).kind, 'malformed');
});

test('one line tells what a message is', () => {
  const table: readonly (readonly [Uint8Array, string])[] = [
    [
      message(v2, [
        [33, ''],
        [34, '001f 0000'],
        [40, '00'],
        [41, '00 00 4004'],
      ]),
      'IKE_SA_INIT request, message 0: SA, KE, Nonce, N(NAT_DETECTION_SOURCE_IP)',
    ],
    [
      message({ version: 0x20, exchange: 37, flags: 0x20, id: 2 }, [[42, '03 04 0001 000000ff']]),
      'INFORMATIONAL response, message 2: D(ESP 000000ff)',
    ],
    [message({ ...v2, exchange: 35, id: 1 }, [[53, '0001 0002']]), 'IKE_AUTH request, message 1: SKF(1 of 2)'],
    [message({ ...v1, exchange: 32, flags: 1, id: 0xff }, [[8, '00']]), 'Quick Mode, message 0x000000ff: encrypted'],
    [message({ ...v1, exchange: 4 }, [[5, '02 00 0000 77657374']]), 'Aggressive Mode, message 0: ID(west)'],
    [message(v1, [[132, '0001 01 00']]), 'Main Mode, message 0: FRAGMENT(1)'],
    [message({ version: 0x31, exchange: 77 }, []), 'exchange 77 request of IKE version 3.1, message 0'],
    [message(v2, [[34, '00']]), 'IKE_SA_INIT request, message 0: KE (malformed)'],
    [message(v2, []).subarray(0, 20), 'IKE header: needs 4 bytes at offset 20, 0 are left'],
  ];
  for (const [ike, line] of table) assert.equal(describeIke(ike), line);
});

test('one line tells what a proposal offers', () => {
  const table: readonly (readonly [Fields, string, string])[] = [
    [
      v2,
      '00 00 0020 01 03 04 02 c0ffee01 0300000c 01000014 800e0100 00000008 05000000',
      '1 ESP c0ffee01: ENCR AES_GCM_16_256, ESN NO',
    ],
    [
      v1,
      `00000001 00000001 00 00 0028 00 01 00 01
       00 00 0020 00 01 0000 80010007 800e0100 8004000e 800b0001 000c0004 00000e10`,
      '0 ISAKMP: KEY_IKE (encryption AES_CBC, key length 256, group MODP2048, life type seconds, life duration 0x00000e10)',
    ],
    [
      v1,
      '00000001 00000001 00 00 001c 00 03 04 01 12345678 00 00 0010 00 0c 0000 80040001 80050002',
      '0 ESP 12345678: ESP_AES_CBC (encapsulation tunnel, authentication HMAC_SHA1)',
    ],
  ];
  for (const [fields, body, line] of table) {
    const sa = content(fields, fields === v2 ? 33 : 1, body);
    assert.ok(sa.kind === 'sa');
    assert.deepEqual(sa.proposals.map(describeProposal), [line]);
  }
});
