import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { libipsecEvents } from '../../../../src/evidence/stacks/libipsec.ts';
import type { StackEvent } from '../../../../src/evidence/stacks/stack-event.ts';

/** Of west in the cell `strongswan-6.1.0-libipsec to strongswan-6.1.0-libipsec, psk tunnel 4 in 4` of the interop suite; keys of that lab alone. */
const log = readFileSync(join(import.meta.dirname, 'libipsec-6.1.0.log'), 'utf8');

type Added = Extract<StackEvent, { kind: 'sa-added' }>;
type PolicyAdded = Extract<StackEvent, { kind: 'policy-added' }>;

const sasIn = (text: string) =>
  libipsecEvents(text)
    .filter((event): event is Added => event.kind === 'sa-added')
    .map(({ sa }) => sa);
const policiesIn = (text: string) =>
  libipsecEvents(text).filter((event): event is PolicyAdded => event.kind === 'policy-added');
const start = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex', 0, 4);
const keysOf = (text: string) =>
  sasIn(text).map(({ direction, encryption, integrity, keysUnknown }) => [
    direction,
    keysUnknown ?? false,
    start(encryption?.key),
    encryption?.key.length,
    start(integrity?.key),
    integrity?.key.length,
  ]);

test('an initiator’s SAs: what comes in has the responder’s keys, what goes out its own', () => {
  const [inward, outward] = sasIn(log);
  const { protocol, spi, source, destination, direction, reqid, mode, family, esn } = inward ?? assert.fail();
  assert.deepEqual(
    { protocol, spi, source, destination, direction, reqid, mode, family, esn },
    {
      protocol: 'esp',
      spi: 0x8515f3a6,
      source: '192.0.2.2',
      destination: '192.0.2.1',
      direction: 'in',
      reqid: 1,
      mode: 'tunnel',
      family: 4,
      esn: false,
    },
  );
  assert.deepEqual(
    [inward?.encryption?.name, inward?.integrity?.name, inward?.integrity?.truncation],
    ['cbc(aes)', 'hmac(sha512)', 256],
  );
  assert.deepEqual([outward?.spi, outward?.direction], [0x55438cd8, 'out']);
  assert.equal(outward?.use.addTime, 1_749_988_860n);
  assert.deepEqual(keysOf(log), [
    ['in', false, '6b1abba1', 32, '6b30f8eb', 64],
    ['out', false, '301e610f', 32, 'fd02b4d5', 64],
  ]);
});

test('a responder’s SAs have the keys the other way round', () => {
  const answered = log.replace('11[ENC] parsed IKE_AUTH response', '11[ENC] parsed IKE_AUTH request');
  assert.notEqual(answered, log);
  assert.deepEqual(
    keysOf(answered).map(([direction, , key]) => [direction, key]),
    [
      ['in', '301e610f'],
      ['out', '6b1abba1'],
    ],
  );
});

const spoiled: Readonly<Record<string, (text: string) => string>> = {
  'the log does not tell keys': (text) => text.replace(/^.* encryption (?:initiator|responder) key .*\n/gm, ''),
  'a dump has fewer octets than it says': (text) => text.replace(/32 bytes @/g, '33 bytes @'),
  'a line of a dump is missing': (text) => text.replace(/^.*\[CHD\] {4}0: (?:30 1E|6B 1A).*\n/gm, ''),
  'nothing says who began': (text) => text.replace(/^.*11\[ENC\] parsed.*\n/gm, ''),
  'another thread adds the SAs': (text) =>
    text.replace(/11(\[CHD\] adding|\[CHD\] {3}SPI|\[ESP\] adding SAD|\[ESP\] {3}using)/g, '12$1'),
};
for (const [title, spoil] of Object.entries(spoiled)) {
  test(`nobody knows the keys where ${title}`, () => {
    const text = spoil(log);
    assert.notEqual(text, log);
    assert.deepEqual(
      sasIn(text).map(({ spi, keysUnknown, encryption }) => [spi, keysUnknown, encryption?.key.length]),
      [
        [0x8515f3a6, true, 0],
        [0x55438cd8, true, 0],
      ],
    );
  });
}

test('keys of one exchange are not taken for those of the next on the same thread', () => {
  const next = [
    '1749988890.000001 11[ENC] parsed CREATE_CHILD_SA response 2 [ SA No TSi TSr ]',
    '1749988890.000002 11[CHD] adding inbound ESP SA',
    '1749988890.000003 11[CHD]   SPI 0x00001001, src 192.0.2.2 dst 192.0.2.1',
    '1749988890.000004 11[ESP] adding SAD entry with SPI 00001001 and reqid {1}',
    '1749988890.000005 11[ESP]   using encryption algorithm AES_CBC with key size 256',
    '1749988890.000006 11[ESP]   using integrity algorithm HMAC_SHA2_512_256 with key size 512',
    '',
  ].join('\n');
  assert.deepEqual(keysOf(log + next).at(-1), ['in', true, '', 0, '', 0]);
});

test('an SA that is announced and added later, by another thread, has the keys of its own exchange', () => {
  const later = log
    .replace('11[CHD] adding outbound ESP SA', '11[CHD] registering outbound ESP SA')
    .replace(/^.*11\[ESP\] adding SAD entry with SPI 55438cd8[\s\S]*?HMAC[^\n]*\n/m, '');
  const added = [
    '1749988860.100000 12[ENC] parsed INFORMATIONAL request 3 [ D ]',
    '1749988860.100001 12[CHD] adding outbound ESP SA',
    '1749988860.100002 12[CHD]   SPI 0x55438cd8, src 192.0.2.1 dst 192.0.2.2',
    '1749988860.100003 12[ESP] adding SAD entry with SPI 55438cd8 and reqid {1}',
    '1749988860.100004 12[ESP]   using encryption algorithm AES_CBC with key size 256',
    '1749988860.100005 12[ESP]   using integrity algorithm HMAC_SHA2_512_256 with key size 512',
    '',
  ].join('\n');
  assert.equal(sasIn(later).length, 1);
  assert.deepEqual(keysOf(later + added), keysOf(log));
});

test('names of AEAD and of algorithms that nobody else has', () => {
  const gcm = log.replaceAll('algorithm AES_CBC', 'algorithm AES_GCM_16').replaceAll('HMAC_SHA2_512_256', 'UNDEFINED');
  assert.deepEqual(
    sasIn(gcm).map(({ aead, encryption }) => [aead?.name, aead?.icv, start(aead?.key), encryption]),
    [
      ['rfc4106(gcm(aes))', 128, '6b1abba1', undefined],
      ['rfc4106(gcm(aes))', 128, '301e610f', undefined],
    ],
  );
  const strange = log.replaceAll('algorithm AES_CBC', 'algorithm constructor').replaceAll('HMAC_SHA2_512_256', 'TOY');
  const [sa] = sasIn(strange);
  assert.deepEqual([sa?.encryption?.name, sa?.integrity?.name, sa?.integrity?.truncation], ['constructor', 'TOY', 0]);
});

test('policies of a Child SA want protection by it; those of nothing that is known forbid nothing; traps do', () => {
  const about = (text: string) =>
    policiesIn(text).map(({ policy: { direction, selector, templates, priority } }) => {
      const { source, destination } = selector;
      const [template] = templates;
      return [
        direction,
        `${source.address}/${source.prefix} ${destination.address}/${destination.prefix}`,
        template?.level,
        template?.reqid,
        priority === 0,
      ];
    });
  assert.deepEqual(about(log), [
    ['in', '10.2.0.0/24 10.1.0.0/24', 'required', 1, true],
    ['out', '10.1.0.0/24 10.2.0.0/24', 'required', 1, true],
  ]);
  const line = (text: string) => `1749988800.000001 04[${text}\n`;
  const bare = line('ESP] adding policy 10.1.0.0/24 === 10.2.0.0/24 out');
  assert.deepEqual(about(bare), [['out', '10.1.0.0/24 10.2.0.0/24', 'use', 0, false]]);
  const trap = bare + line('CHD] CHILD_SA net{1} state change: CREATED => ROUTED');
  assert.deepEqual(about(trap), [['out', '10.1.0.0/24 10.2.0.0/24', 'required', 0, true]]);
  const passed = bare + line('CHD] CHILD_SA net{1} state change: CREATED => INSTALLED');
  assert.deepEqual(about(passed), [['out', '10.1.0.0/24 10.2.0.0/24', 'use', 0, false]]);
  const unread = log.replace('policy 10.1.0.0/24 ===', 'policy 10.1.0.1..10.1.0.9 ===');
  assert.deepEqual(about(unread).at(-1), ['out', '0.0.0.0/0 0.0.0.0/0', 'use', 1, false]);
  const narrow = log.replace('10.1.0.0/24 === 10.2.0.0/24 out', '10.1.0.0/24[tcp] === 10.2.0.0/24[tcp/8080] out');
  const { selector } = policiesIn(narrow).at(-1)?.policy ?? assert.fail();
  assert.deepEqual(
    [selector.protocol, selector.sourcePort, selector.destinationPort],
    [6, { port: 0, mask: 0 }, { port: 8080, mask: 0xffff }],
  );
});

test('what the library refuses is no SA, and ends, moves and flushes are told', () => {
  const line = (second: number, text: string) => `17499889${second}.000001 05[ESP] ${text}\n`;
  const text =
    log +
    line(
      10,
      'updating SAD entry with SPI 8515f3a6 from 192.0.2.2[4500]..192.0.2.1[4500] to 192.0.2.2[4500]..192.0.2.9[4500]',
    ) +
    line(11, 'deleted outbound SAD entry with SPI 55438cd8') +
    line(12, 'deleting policy 10.1.0.0/24 === 10.2.0.0/24 out') +
    line(13, 'flushing SAD') +
    line(14, 'flushing policies');
  const events = libipsecEvents(text).slice(-5);
  assert.deepEqual(events, [
    {
      kind: 'sa-moved',
      time: 1_749_988_910_000_001_000n,
      spi: 0x8515f3a6,
      source: '192.0.2.2',
      destination: '192.0.2.9',
    },
    { kind: 'sa-deleted', time: 1_749_988_911_000_001_000n, spi: 0x55438cd8, direction: 'out' },
    { kind: 'policy-deleted', time: 1_749_988_912_000_001_000n, name: '10.1.0.0/24 === 10.2.0.0/24 out' },
    { kind: 'flushed', time: 1_749_988_913_000_001_000n, table: 'sas' },
    { kind: 'flushed', time: 1_749_988_914_000_001_000n, table: 'policies' },
  ]);
  const refused = log.replace(
    /(HMAC_SHA2_512_256 with key size 512\n)(?=.*[\s\S]*adding policy 10\.2)/,
    '$11749988860.000502 11[ESP] failed to create SAD entry\n',
  );
  assert.equal(libipsecEvents(refused).filter(({ kind }) => kind === 'sa-deleted').length, 1);
});

test('lines of other forms, and a last line without its end, say nothing; milliseconds do', () => {
  assert.deepEqual(libipsecEvents('nonsense\n1749988860.000 00[DMN] Starting IKE charon daemon'), []);
  assert.deepEqual(libipsecEvents('x\n1749988860.123 00[DMN] Starting IKE charon daemon\n'), [
    { kind: 'began', time: 1_749_988_860_123_000_000n },
  ]);
});
