import assert from 'node:assert/strict';
import { test } from 'node:test';
import { espTable } from '../../../../src/evidence/capture/esp-table.ts';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';

const key = (size: number, first = 1): Uint8Array => Uint8Array.from({ length: size }, (_, at) => first + at);

function sa(change: Partial<IpsecSa>): IpsecSa {
  return {
    protocol: 'esp',
    spi: 0x10,
    family: 4,
    source: '192.1.2.45',
    destination: '192.1.2.23',
    mode: 'tunnel',
    reqid: 1,
    larval: false,
    selector: {
      family: 4,
      source: { address: '0.0.0.0', prefix: 0 },
      destination: { address: '0.0.0.0', prefix: 0 },
      protocol: 0,
      sourcePort: { port: 0, mask: 0 },
      destinationPort: { port: 0, mask: 0 },
      ifindex: 0,
      user: 0,
    },
    esn: false,
    replayWindow: 0,
    flags: [],
    lifetime: {},
    use: { bytes: 0n, packets: 0n, addTime: 0n, useTime: 0n },
    errors: { replayWindow: 0, replay: 0, integrity: 0 },
    acquire: 0,
    unknown: [],
    ...change,
  };
}

/** Each SA on a host of its own. */
function tableOf(...sas: readonly IpsecSa[]) {
  const moment = { time: 0n, sequence: 0, source: 'event' as const };
  return espTable({ hosts: sas.map((value) => ({ sas: [{ versions: [{ ...moment, value }] }] })) });
}

const gcm = (change: Partial<IpsecSa> = {}, first = 1): IpsecSa =>
  sa({ aead: { name: 'rfc4106(gcm(aes))', key: key(4, first), icv: 128 }, ...change });

const algorithms: readonly (readonly [title: string, change: Partial<IpsecSa>, columns: string])[] = [
  [
    'AES-GCM by its ICV',
    { aead: { name: 'rfc4106(gcm(aes))', key: key(2), icv: 64 } },
    '"AES-GCM with 8 octet ICV [RFC4106]","0x0102","NULL",""',
  ],
  [
    'ChaCha20',
    { aead: { name: 'rfc7539esp(chacha20,poly1305)', key: key(2), icv: 128 } },
    '"ChaCha20 with Poly1305 [RFC7634]","0x0102","NULL",""',
  ],
  [
    'CBC with SHA-2',
    {
      encryption: { name: 'cbc(aes)', key: key(2) },
      integrity: { name: 'hmac(sha256)', key: key(1, 9), truncation: 128 },
    },
    '"AES-CBC [RFC3602]","0x0102","HMAC-SHA-256-128 [RFC4868]","0x09"',
  ],
  [
    'the truncation of the standard where XFRM gives none',
    {
      encryption: { name: 'cbc(des3_ede)', key: key(1) },
      integrity: { name: 'hmac(sha512)', key: key(1), truncation: 0 },
    },
    '"TripleDES-CBC [RFC2451]","0x01","HMAC-SHA-512-256 [RFC4868]","0x01"',
  ],
  [
    'integrity that Wireshark cannot check by its length',
    {
      encryption: { name: 'rfc3686(ctr(aes))', key: key(1) },
      integrity: { name: 'xcbc(aes)', key: key(1), truncation: 96 },
    },
    '"AES-CTR [RFC3686]","0x01","ANY 96 bit authentication [no checking]",""',
  ],
  [
    'encryption NULL without a key',
    {
      encryption: { name: 'ecb(cipher_null)', key: key(0) },
      integrity: { name: 'hmac(md5)', key: key(1), truncation: 96 },
    },
    '"NULL","","HMAC-MD5-96 [RFC2403]","0x01"',
  ],
  [
    'encryption without integrity',
    { encryption: { name: 'cbc(aes)', key: key(1) } },
    '"AES-CBC [RFC3602]","0x01","NULL",""',
  ],
];

test('algorithms and keys stand in the words of Wireshark', () => {
  for (const [title, change, columns] of algorithms) {
    assert.deepEqual(
      tableOf(sa(change)),
      { text: `"IPv4","*","*","0x00000010",${columns}\n`, count: 1, unable: [] },
      title,
    );
  }
});

test('what Wireshark has no word for is named once and left out', () => {
  const ccm = sa({ aead: { name: 'rfc4309(ccm(aes))', key: key(3), icv: 64 } });
  const camellia = sa({ spi: 0xfffffffe, encryption: { name: 'cbc(camellia)', key: key(3) } });
  const odd = sa({
    encryption: { name: 'cbc(aes)', key: key(3) },
    integrity: { name: 'hmac(sm3)', key: key(3), truncation: 80 },
  });
  assert.deepEqual(tableOf(ccm, ccm, camellia, odd), {
    text: '',
    count: 0,
    unable: [
      'spi 0x00000010: rfc4309(ccm(aes)) with an ICV of 64 bits',
      'spi 0xfffffffe: cbc(camellia)',
      'spi 0x00000010: hmac(sm3) with an ICV of 80 bits',
    ],
  });
});

test('an SA that both ends have behind NAT is one row for all addresses', () => {
  const table = tableOf(gcm(), gcm({ source: '10.0.0.1' }), gcm({ family: 6, source: '::1', destination: '::2' }));
  assert.deepEqual(
    table.text.split('\n').map((row) => row.slice(0, 30)),
    ['"IPv4","*","*","0x00000010","A', '"IPv6","*","*","0x00000010","A', ''],
  );
});

test('one SPI with several keys is told apart by addresses', () => {
  const { text, count } = tableOf(gcm(), gcm({ destination: '192.1.2.99' }, 5));
  assert.equal(count, 2);
  assert.match(text, /^"IPv4","192\.1\.2\.45","192\.1\.2\.23","0x00000010",.*"0x01020304"/m);
  assert.match(text, /^"IPv4","192\.1\.2\.45","192\.1\.2\.99","0x00000010",.*"0x05060708"/m);
});

test('SPIs that are only reserved and other protocols have no row', () => {
  assert.equal(tableOf(gcm({ larval: true }), gcm({ protocol: 'ah' }), gcm({ protocol: 'ipcomp' })).text, '');
});
