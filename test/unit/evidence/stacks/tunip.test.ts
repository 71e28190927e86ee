import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StackEvent } from '../../../../src/evidence/stacks/stack-event.ts';
import { tunipEvents } from '../../../../src/evidence/stacks/tunip.ts';
import { tunnelsIn } from '../../../../src/evidence/stacks/tunip-log.ts';

/** Of west in a lab of vpnc 0.5.3 and libreswan 5.2, without most of the dumps; keys of that lab alone. */
const log = readFileSync(join(import.meta.dirname, 'tunip-0.5.3.20241220.log'), 'utf8');

const ofKind = <K extends StackEvent['kind']>(text: string, kind: K) =>
  tunipEvents(text).filter((event): event is Extract<StackEvent, { kind: K }> => event.kind === kind);
const sasIn = (text: string) => ofKind(text, 'sa-added').map(({ sa }) => sa);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

test('a tunnel has an SA of each direction, with the keys that vpnc tells', () => {
  const [inward, outward, ...others] = sasIn(log);
  assert.equal(others.length, 0);
  const { spi, source, destination, direction, mode, family, reqid, replayWindow, encapsulation, keysUnknown } =
    inward ?? assert.fail();
  assert.deepEqual(
    { spi, source, destination, direction, mode, family, reqid, replayWindow, encapsulation, keysUnknown },
    {
      spi: 0x51721de7,
      source: '198.51.100.2',
      destination: '192.0.2.1',
      direction: 'in',
      mode: 'tunnel',
      family: 4,
      reqid: 1,
      replayWindow: 33,
      encapsulation: undefined,
      keysUnknown: undefined,
    },
  );
  assert.deepEqual(
    [outward?.spi, outward?.source, outward?.destination, outward?.direction],
    [0xe7caadea, '192.0.2.1', '198.51.100.2', 'out'],
  );
  assert.deepEqual(
    [inward, outward].map((sa) => [sa?.encryption?.name, sa?.integrity?.name, sa?.integrity?.truncation]),
    Array(2).fill(['cbc(aes)', 'hmac(sha1)', 96]),
  );
  assert.equal(hex(inward?.encryption?.key), '1bf287cf54bec3e7e3156240dbef73a67a3bb13ca72f7affa954837a6447a132');
  assert.equal(hex(inward?.integrity?.key), '8d13ee24785ddb32c5d9213a86a0a6aa9ce0f940');
  assert.equal(hex(outward?.encryption?.key), 'a57e10e48fae8bedcd36dcaaa2f0c95ad7efc2a585e1a98db659508a085cb61d');
  assert.equal(hex(outward?.integrity?.key), 'a05b3db5de61657cab9dfd89080ce96d5e573e26');
});

test('SAs are there once vpnc tells of them, and its route is a policy for the address that it got', () => {
  const times = tunipEvents(log).map(({ kind, time }) => [kind, Number(time % 1_000_000_000n) / 1000]);
  assert.deepEqual(times, [
    ['began', 857],
    ['policy-added', 82_263],
    ['sa-added', 82_263],
    ['sa-added', 82_263],
  ]);
  const [{ policy } = assert.fail()] = ofKind(log, 'policy-added');
  const { direction, selector, templates } = policy;
  assert.deepEqual(
    [direction, selector.source, selector.destination, templates.map(({ reqid, level }) => [reqid, level])],
    ['out', { address: '10.3.0.1', prefix: 32 }, { address: '10.2.0.0', prefix: 24 }, [[1, 'required']]],
  );
});

test('keys of up to 16 octets stand in the line itself', () => {
  const short = log.replace(/ {3}rx\.key_cry:\n.*\n/, '   rx.key_cry: 00112233 44556677 8899aabb ccddeeff\n');
  assert.equal(hex(sasIn(short)[0]?.encryption?.key), '00112233445566778899aabbccddeeff');
});

test('without encryption there is a key of no octets, and with it those of integrity', () => {
  const none = log.replace('selected aes256-sha1', 'selected null-sha1').replace(/([rt]x\.key_cry:)\n.*\n/g, '$1 \n');
  const [inward] = sasIn(none);
  assert.deepEqual([inward?.encryption?.name, hex(inward?.encryption?.key)], ['ecb(cipher_null)', '']);
  assert.equal(inward?.integrity?.key.length, 20);
});

test('what vpnc tells no keys of is an SA with unknown ones', () => {
  const silent = log.replace(/.* [rt]x\.key_\w+:\n.*\n/g, '');
  assert.deepEqual(
    sasIn(silent).map(({ spi, keysUnknown, encryption }) => [spi, keysUnknown, encryption?.key.length]),
    [
      [0x51721de7, true, 0],
      [0xe7caadea, true, 0],
    ],
  );
});

test('behind a NAT its ESP is in UDP', () => {
  const line = '1749988860.001385    NAT-T mode: 2\n';
  const behind = log.replace(/^.*NAT status: .*\n/m, (found) => found + line);
  assert.deepEqual(
    sasIn(behind).map(({ encapsulation }) => encapsulation?.type),
    ['espinudp', 'espinudp'],
  );
});

const later = (text: string) => `1749988900.000001 ${text}\n`;

/** What vpnc dumps of a Quick Mode of the peer: both messages name the SPI by which their sender receives. */
const quickMode = [
  '   got late ike packet: 420 bytes',
  '   p.spi: 00000aaa',
  ' sending: ========================>',
  '   p.spi: 00000bbb',
  ' receiving: <========================',
];

const spans = (text: string) =>
  tunipEvents(text).flatMap((event): unknown[][] => {
    if (event.kind === 'sa-added') return [['+', event.sa.direction, event.sa.spi, event.sa.keysUnknown ?? false]];
    return event.kind === 'sa-deleted' ? [['-', event.direction, event.spi, event.time / 1_000_000_000n]] : [];
  });

const first = [
  ['+', 'in', 0x51721de7, false],
  ['+', 'out', 0xe7caadea, false],
];
const gone = [
  ['-', 'in', 0x51721de7, 1_749_988_900n],
  ['-', 'out', 0xe7caadea, 1_749_988_900n],
];
const second = [
  ['+', 'in', 0xbbb, true],
  ['+', 'out', 0xaaa, true],
];

test('a peer replaces the SAs: the others have its SPIs, and keys that vpnc does not tell', () => {
  const text = log + [...quickMode, '   do_rekey returned: 0'].map(later).join('');
  assert.deepEqual(spans(text), [...first, ...gone, ...second]);
});

test('a peer that is refused replaces nothing', () => {
  assert.deepEqual(spans(log + [...quickMode, '   do_rekey returned: 14'].map(later).join('')), first);
});

test('what the peer deletes is gone, and what vpnc makes in its place is there once both have said so', () => {
  const [, theirs = '', sent = '', ours = '', received = ''] = quickMode;
  const begins = [later('S7.1 QM_packet1'), later(sent), later(ours)].join('');
  assert.deepEqual(spans(log + begins), [...first, ...gone]);
  const ends = [later(received), later(theirs), later('S7.8 setup ipsec tunnel')].join('');
  assert.deepEqual(spans(log + begins + ends), [...first, ...gone, ...second]);
});

test('a tunnel that did not come up has nothing', () => {
  const refused = log.slice(0, log.indexOf('1749988860.082226 S7.3'));
  assert.deepEqual(
    tunipEvents(refused).map(({ kind }) => kind),
    ['began'],
  );
});

test('a second run is a tunnel of its own', () => {
  const again = `${later('end net status 0')}${later('begin other local 192.0.2.1 gateway 198.51.100.2 target 10.2.0.0/16')}`;
  const [one, other, ...rest] = tunnelsIn(log + again);
  assert.equal(rest.length, 0);
  assert.deepEqual(
    [one, other].map((tunnel) => [tunnel?.name, tunnel?.goesOn, tunnel?.pairs.length, tunnel?.target]),
    [
      ['net', false, 1, '10.2.0.0/24'],
      ['other', true, 0, '10.2.0.0/16'],
    ],
  );
});

test('lines before a beginning, of other forms and without their end are passed over', () => {
  assert.deepEqual(tunnelsIn(log.slice(log.indexOf('\n') + 1)), []);
  assert.deepEqual(tunipEvents(log.replaceAll(/^1749988860\./gm, '')), []);
  assert.deepEqual(tunnelsIn(log.split('\n', 1)[0] ?? ''), []);
});

test('no text is too strange to be read', () => {
  const lines = [
    ...log.split('\n'),
    ...quickMode,
    'do_rekey returned: 0',
    'S7.1 QM_packet1',
    'S7.8 setup ipsec tunnel',
  ];
  const line = fc.oneof(fc.constantFrom(...lines), fc.constantFrom(...lines).map(later), fc.string());
  fc.assert(fc.property(fc.array(line, { maxLength: 40 }), (some) => void tunipEvents(some.join('\n'))));
});

for (const [name, cipher] of Object.entries({
  null: 'ecb(cipher_null)',
  '3des': 'cbc(des3_ede)',
  aes128: 'cbc(aes)',
  aes192: 'cbc(aes)',
  aes256: 'cbc(aes)',
  des: 'des',
})) {
  test(`vpnc calls ${cipher} ${name}`, () => {
    const [sa] = sasIn(log.replace('selected aes256-sha1', `selected ${name}-sha1`));
    assert.equal(sa?.encryption?.name, cipher);
  });
}

test('a hash that has no name here keeps its own', () => {
  const [sa] = sasIn(log.replace('selected aes256-sha1', 'selected aes256-md5'));
  assert.deepEqual([sa?.integrity?.name, sa?.integrity?.truncation], ['md5', 0]);
});

test('half of the keys is none', () => {
  for (const half of ['cry', 'md']) {
    const silent = log.replace(new RegExp(`.* [rt]x\\.key_${half}:\\n.*\\n`, 'g'), '');
    assert.deepEqual(
      sasIn(silent).map(({ keysUnknown }) => keysUnknown),
      [true, true],
      half,
    );
  }
});

test('an SA has the second in which it came, and no counters', () => {
  assert.deepEqual(sasIn(log)[0]?.use, { bytes: 0n, packets: 0n, addTime: 1_749_988_860n, useTime: 0n });
});

test('a tunnel has its algorithms, its cookies and its address', () => {
  const [tunnel] = tunnelsIn(log);
  assert.deepEqual(
    [tunnel?.ike, tunnel?.cookies, tunnel?.address, tunnel?.encapsulated],
    ['psk+xauth-3des-sha1', ['fe5b69a7c89e693e', 'fe344ac4fe6d01df'], '10.3.0.1', false],
  );
});

/** What a rule reads, in other lines. */
const telling = [
  'begin net local 192.0.2.1 gateway 198.51.100.2 target 10.2.0.0/24',
  'i_cookie: 00000001 00000002',
  'IKE SA selected psk-aes256-sha1',
  'got address 10.3.0.9',
  'IPSEC SA selected aes128-sha1',
  'p.spi: 00000aaa',
  'remote -> local spi: 0x00000aaa',
  'do_rekey returned: 0',
  'S7.1 QM_packet1',
  'S7.8 setup ipsec tunnel',
];
for (const line of telling) {
  test(`what only holds "${line}" tells nothing`, () => {
    const before = tunnelsIn(log);
    assert.notDeepEqual(tunnelsIn(log + later(line)), before);
    assert.deepEqual(tunnelsIn(log + later(`x${line}`)), before);
    assert.deepEqual(tunnelsIn(log + later(`${line}, x`)), before);
  });
}
for (const line of ['end net status 0', 'NAT-T mode: 2', 'VPNC started in foreground...']) {
  test(`what only ends like "${line}" tells nothing`, () => {
    assert.notDeepEqual(tunnelsIn(log + later(line)), tunnelsIn(log));
    assert.deepEqual(tunnelsIn(log + later(`: ${line}`)), tunnelsIn(log));
  });
}

test('what comes after a second beginning is of the second tunnel', () => {
  const second =
    later('begin b local 192.0.2.1 gateway 198.51.100.2 target 10.2.0.0/24') + later('got address 10.3.0.7');
  assert.deepEqual(
    tunnelsIn(log + second).map(({ name, address }) => [name, address]),
    [
      ['net', '10.3.0.1'],
      ['b', '10.3.0.7'],
    ],
  );
});

test('SAs end once', () => {
  const twice = log + later('S7.1 QM_packet1') + later('S7.1 QM_packet1').replace('8900', '8950');
  assert.deepEqual(
    tunnelsIn(twice)[0]?.pairs.map(({ until }) => until),
    [1_749_988_900_000_001_000n],
  );
});

test('of several pairs the last one ends', () => {
  const text = log + later('do_rekey returned: 0') + later('S7.1 QM_packet1').replace('8900', '8950');
  assert.deepEqual(
    tunnelsIn(text)[0]?.pairs.map(({ until }) => until),
    [1_749_988_900_000_001_000n, 1_749_988_950_000_001_000n],
  );
});

test('it may start in the background, and print numbers without their mark', () => {
  const other = log.replace('in foreground', 'in background').replaceAll('spi: 0x', 'spi: ');
  assert.deepEqual(sasIn(other), sasIn(log));
});

for (const [written, network] of Object.entries({
  '0.0.0.0/0.0.0.0': '0.0.0.0/0',
  '10.0.0.0/255.0.0.0': '10.0.0.0/8',
  '10.2.0.0/255.255.240.0': '10.2.0.0/20',
  '10.2.0.1/255.255.255.255': '10.2.0.1/32',
  '10.2.0.0/255.0.255.0': '10.2.0.0/255.0.255.0',
  '10.2.0.0/0.255.0.0': '10.2.0.0/0.255.0.0',
  '10.2.0.0/255.255.0': '10.2.0.0/255.255.0',
  '10.2.0.0/24': '10.2.0.0/24',
})) {
  test(`the target ${written} is ${network}`, () => {
    const [tunnel] = tunnelsIn(later(`begin a local 192.0.2.1 gateway 198.51.100.2 target ${written}`));
    assert.equal(tunnel?.target, network);
  });
}
