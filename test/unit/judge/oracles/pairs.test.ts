import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { aLarvalSa, anSa, aSelector } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, type Host, protectedPacket, type Step, type Story } from './evidence.ts';

const out = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'out', ...other });
const inward = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'in', ...other });

/** Hosts have these SAs from the beginning, and boundaries show them at these milliseconds. */
function holding(sas: readonly (readonly [Host, IpsecSa])[], boundaries: readonly number[] = [100]): Step[] {
  const hosts = [...new Set(sas.map(([host]) => host))];
  const dumps = (at: number): Step[] =>
    hosts.map((host) => [at, host, { sas: sas.filter(([one]) => one === host).map(([, sa]) => sa) }]);
  const [first = 0, ...rest] = boundaries;
  return [
    ...sas.map(([host, sa]): Step => [1, host, added(sa)]),
    [first, 'west', 'command'],
    ...dumps(first),
    ...rest.map((at): Step => [at, 'west', 'command']),
  ];
}

const messages = (story: Story): string[] =>
  comparePairs(evidenceOf(story)).issues.map(({ kind, host, message }) => `${kind} ${host}: ${message}`);
const excusesOf = (story: Story): string[] =>
  comparePairs(evidenceOf(story)).halfOpen.map(({ host, excuse, stays }) => {
    const why = typeof excuse === 'object' ? excuse.id : (excuse ?? 'none');
    return `${host} ${why}${stays ? ', stays' : ''}`;
  });

test('both ends of an SA agree, with or without a direction', () => {
  for (const [west, east] of [
    [out(), inward()],
    [anSa(), anSa()],
    [anSa({ direction: 'out' }), anSa()],
    [out({ mode: 'transport' }), inward({ mode: 'transport' })],
    [out({ reqid: 1, flags: [], replayWindow: 0 }), inward({ reqid: 2, replayWindow: 128 })],
  ] as const) {
    const found = comparePairs(
      evidenceOf({
        steps: holding([
          ['west', west],
          ['east', east],
        ]),
      }),
    );
    assert.deepEqual([found.pairs, found.halfOpen, found.issues], [1, [], []]);
  }
});

const key = (last: number): Uint8Array => Uint8Array.from({ length: 36 }, (_, at) => (at === 35 ? last : at));
const gcm = { name: 'rfc4106(gcm(aes))', key: key(35), icv: 128 };
const cbc = (truncation: number, name = 'hmac(sha256)'): Partial<IpsecSa> => ({
  encryption: { name: 'cbc(aes)', key: key(1).subarray(0, 16) },
  integrity: { name, key: key(2).subarray(0, 32), truncation },
});
const plain = (change: Partial<IpsecSa>): IpsecSa => {
  const { aead: _none, ...rest } = inward(change);
  return rest;
};
const udp = { type: 'espinudp', sourcePort: 4500, destinationPort: 4500, originalAddress: '0.0.0.0' } as const;
const tcp = { ...udp, type: 'espintcp' } as const;
const narrow = aSelector({ source: { address: '192.0.1.0', prefix: 24 } });

const disagreements: readonly (readonly [what: RegExp, west: IpsecSa, east: IpsecSa])[] = [
  [/AEAD keys differ/, out(), inward({ aead: { ...gcm, key: key(36) } })],
  [
    /AEAD: rfc4106\(gcm\(aes\)\), rfc4309\(ccm\(aes\)\)/,
    out(),
    inward({ aead: { ...gcm, name: 'rfc4309(ccm(aes))' } }),
  ],
  [/ICV bits: 128, 64/, out(), inward({ aead: { ...gcm, icv: 64 } })],
  [/encryption: undefined, cbc\(aes\)/, out(), plain(cbc(128))],
  [/truncation: 128, 96/, { ...plain(cbc(128)), direction: 'out' }, plain(cbc(96))],
  [/integrity: hmac\(sha256\), hmac\(sha1\)/, { ...plain(cbc(96)), direction: 'out' }, plain(cbc(96, 'hmac(sha1)'))],
  [/mode: tunnel, transport/, out(), inward({ mode: 'transport' })],
  [/ESN: false, true/, out(), inward({ esn: true, replayWindow: 64 })],
  [/both are of direction in/, inward(), inward()],
  [/addresses: 192.1.2.45 > 192.1.2.23, 192.1.2.45 > 192.1.2.24/, out(), inward({ destination: '192.1.2.24' })],
  [
    /selectors: 192.0.1.0\/24 > .* proto 6, 192.0.1.0\/24 > /,
    out({ selector: { ...narrow, protocol: 6 } }),
    inward({ selector: narrow }),
  ],
  [/encapsulation: espinudp, undefined/, out({ encapsulation: udp }), inward()],
  [/encapsulation: espinudp, espintcp/, out({ encapsulation: udp }), inward({ encapsulation: tcp })],
];
test('a selector that restricts nothing agrees with any: PF_KEY gives SAs none', () => {
  const steps = holding(
    [
      ['west', out()],
      ['east', inward({ selector: narrow })],
    ],
    [100, 200, 300],
  );
  assert.deepEqual(comparePairs(evidenceOf({ steps })).issues, []);
});

for (const [what, west, east] of disagreements) {
  test(`ends do not agree on ${what.source}`, () => {
    const steps = holding(
      [
        ['west', west],
        ['east', east],
      ],
      [100, 200, 300],
    );
    const { issues, halfOpen } = comparePairs(evidenceOf({ steps, commands: [[50, 'ipsec up x']] }));
    const found = issues.filter(({ message }) => what.test(message));
    assert.equal(found.length, 1, JSON.stringify(issues.map(({ message }) => message)));
    assert.deepEqual(
      found.map(({ word, kind, command }) => [word, kind, command]),
      [['major', 'sa-disagreement', 'ipsec up x']],
    );
    assert.match(found[0]?.excerpt ?? '', /^(?:west|east): esp SA .*\n(?:west|east): esp SA /);
    assert.deepEqual(halfOpen, []);
  });
}

test('ESP and AH of one SPI are two SAs, and each has its pair', () => {
  const { aead: _none, ...bare } = anSa({
    protocol: 'ah',
    integrity: { name: 'hmac(sha1)', key: key(3), truncation: 96 },
  });
  const ah = (direction: 'in' | 'out'): IpsecSa => ({ ...bare, direction });
  const steps = holding([
    ['west', out()],
    ['east', inward()],
    ['west', ah('out')],
    ['east', ah('in')],
  ]);
  const { pairs, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, issues], [2, []]);
});

test('behind NAT ends have addresses of their own', () => {
  const west = out({ encapsulation: udp, source: '192.1.3.209' });
  const east = inward({ encapsulation: { ...udp, sourcePort: 1027 }, source: '192.1.2.254', selector: narrow });
  assert.deepEqual(
    messages({
      steps: holding([
        ['west', west],
        ['east', east],
      ]),
    }),
    [],
  );
});

test('addresses that a host on the way translates, or that the test moves, are no disagreement', () => {
  const steps = holding([
    ['west', out()],
    ['east', inward({ source: '192.1.2.254' })],
  ]);
  const translating = 'iptables -t nat -A POSTROUTING -j SNAT --to-source 192.1.2.254';
  assert.equal(messages({ steps }).length, 1);
  assert.equal(messages({ steps, commands: [[5, 'iptables -L -t nat', 'nic']] }).length, 0);
  assert.equal(messages({ steps, commands: [[5, translating.replace('-t nat', '-t filter'), 'nic']] }).length, 1);
  assert.equal(messages({ steps, commands: [[5, 'ip addr del 192.1.2.45/24 dev eth1']] }).length, 0);
  assert.equal(messages({ steps, commands: [[5, 'ip addr add 192.1.2.46/24 dev eth1']] }).length, 1);
});

test('SAs of both directions with one SPI, as people choose it, meet by their addresses', () => {
  const back = { source: '192.1.2.23', destination: '192.1.2.45' };
  const all: [Host, IpsecSa][] = [
    ['west', anSa()],
    ['west', anSa(back)],
    ['east', anSa(back)],
    ['east', anSa()],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps: holding(all) }));
  assert.deepEqual([pairs, halfOpen, issues], [2, [], []]);
  const missing = comparePairs(evidenceOf({ steps: holding(all.slice(0, 3), [100, 70_000]) }));
  assert.deepEqual([missing.pairs, missing.halfOpen.map(({ sa }) => sa.source)], [1, ['192.1.2.45']]);
});

test('four hosts that chose one SPI are two pairs', () => {
  const other = { source: '192.1.3.1', destination: '192.1.3.2', aead: { ...gcm, key: key(99) } };
  const steps = holding([
    ['west', out()],
    ['nic', out(other)],
    ['road', inward(other)],
    ['east', inward()],
  ]);
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [2, [], []]);
});

test('one host may have both ends', () => {
  const { pairs, halfOpen } = comparePairs(
    evidenceOf({
      steps: holding([
        ['west', out()],
        ['west', inward({ destination: '192.1.2.24' })],
      ]),
    }),
  );
  assert.deepEqual([pairs, halfOpen.length], [1, 0]);
  const twice = comparePairs(
    evidenceOf({
      steps: holding([
        ['west', out()],
        ['west', out({ destination: '192.1.2.24' })],
      ]),
    }),
  );
  assert.deepEqual([twice.pairs, twice.halfOpen.length], [0, 2]);
});

test('SPIs reserved, IPComp and its companions have no other end', () => {
  const { aead: _none, ...bare } = anSa({ compression: 'deflate' });
  const ipcomp: IpsecSa = { ...bare, protocol: 'ipcomp', spi: 0x1234 };
  const companion = aLarvalSa({ protocol: '4', larval: false });
  const steps = holding(
    [
      ['west', aLarvalSa()],
      ['west', ipcomp],
      ['east', companion],
    ],
    [100, 90_000],
  );
  assert.deepEqual(excusesOf({ steps }), []);
});

test('a half-open SA is allowed for as long as an exchange may take, and no longer', () => {
  const lasting = (until: number): Story => ({ steps: holding([['west', inward()]], [100, 5000, until]) });
  assert.deepEqual(excusesOf(lasting(60_099)), ['west in flight, stays']);
  assert.deepEqual(excusesOf(lasting(60_100)), ['west none, stays']);
  assert.deepEqual(messages({ ...lasting(60_100), commands: [[50, 'ipsec up x']] }), [
    'half-open west: no other host has the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) (for 60.0 s, to the end)',
  ]);
});

test('a half-open SA that finds its other end was in flight', () => {
  const west = inward();
  const steps: Step[] = [
    [1, 'west', added(west)],
    [100, 'west', 'command'],
    [100, 'west', { sas: [west] }],
    [150, 'east', added(out())],
    [200, 'west', 'command'],
    [200, 'east', { sas: [out()] }],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, issues], [1, []]);
  assert.deepEqual(
    halfOpen.map(({ host, since, until, stays, excuse }) => [host, since, until, stays, excuse]),
    [['west', 100_000_000n, 200_000_000n, false, 'in flight']],
  );
});

test('a peer that sends through an SA which it does not have is in no exchange', () => {
  const half: Story = { steps: holding([['east', inward()]], [100, 5000]) };
  assert.deepEqual(excusesOf({ ...half, packets: [protectedPacket(500)] }), ['east none, stays']);
  for (const packet of [
    protectedPacket(50),
    protectedPacket(500, { spi: 0x999 }),
    protectedPacket(500, { protocol: 'ah' }),
    protectedPacket(500, { copy: true }),
    protectedPacket(500, { source: '192.1.2.99' }),
    protectedPacket(500, {}, 'east'),
  ]) {
    assert.deepEqual(excusesOf({ ...half, packets: [packet] }), ['east in flight, stays']);
  }
  assert.deepEqual(excusesOf({ ...half, packets: [protectedPacket(500)], commands: [[5, 'ipsec stop']] }), [
    'east killed, stays',
  ]);
});

test('an SA that packets went through and that nobody else ever has is in no exchange', () => {
  const use = { bytes: 84n, packets: 1n, addTime: 1n, useTime: 1n };
  const used: Step[] = [
    ...holding([['east', inward()]]),
    [5000, 'west', 'command'],
    [5000, 'east', { sas: [inward({ use })] }],
  ];
  assert.deepEqual(excusesOf({ steps: used }), ['east none, stays']);
  assert.deepEqual(excusesOf({ steps: used, commands: [[5, 'ipsec whack --impair drop-outbound']] }), [
    'east impaired, stays',
  ]);
  const before: Step[] = [
    [0.1, 'west', added(out())],
    [0.2, 'west', deleted(out())],
  ];
  assert.deepEqual(excusesOf({ steps: [...before, ...used] }), ['east in flight, stays']);
  const larval: Step[] = [[0.1, 'west', added(aLarvalSa())]];
  assert.deepEqual(excusesOf({ steps: [...larval, ...used] }), ['east none, stays']);
  const foreign: Step[] = [
    [0.1, 'west', added(out({ spi: 0x77 }))],
    [0.2, 'west', deleted(out({ spi: 0x77 }))],
  ];
  assert.deepEqual(excusesOf({ steps: [...foreign, ...used] }), ['east none, stays']);
});

test('a command excuses what comes after it', () => {
  const steps = holding([['west', inward()]], [100, 70_000]);
  assert.deepEqual(excusesOf({ steps, commands: [[69_000, 'ipsec stop']] }), ['west killed, stays']);
  assert.deepEqual(excusesOf({ steps, commands: [[70_001, 'ipsec stop']] }), ['west none, stays']);
});

test('from the post-mortem on nobody asks for two ends', () => {
  const both = [out(), inward()] as const;
  const steps: Step[] = [
    [1, 'west', added(both[0])],
    [1, 'east', added(both[1])],
    [100, 'west', 'command'],
    [100, 'west', { sas: [both[0]] }],
    [100, 'east', { sas: [both[1]] }],
    [200, 'west', deleted(both[0])],
    [300, 'west', 'command'],
    [300, 'west', { sas: [] }],
    [90_000, 'west', 'command'],
  ];
  assert.deepEqual(excusesOf({ steps }), ['east none, stays']);
  assert.deepEqual(excusesOf({ steps, postMortem: 6 }), []);
  assert.deepEqual(excusesOf({ steps, postMortem: 8 }), ['east in flight, stays']);
});

test('SAs that a daemon makes to try the kernel and that are gone at the boundary do not count', () => {
  const { aead: _none, ...bare } = anSa({ spi: 0x1000000, destination: '0.0.0.0', source: '0.0.0.0' });
  const probe: IpsecSa = { ...bare, encryption: { name: 'ecb(cipher_null)', key: new Uint8Array() } };
  const steps: Step[] = [
    [1, 'west', added(probe)],
    [2, 'west', deleted(probe)],
    [100, 'west', 'command'],
    [70_000, 'west', 'command'],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [0, [], []]);
});

test('both ends move together, and the pair stays one', () => {
  const moved = { source: '192.1.3.33', destination: '192.1.3.1' };
  const event = (sa: IpsecSa) =>
    ({
      event: {
        kind: 'sa-migrated',
        id: { protocol: 'esp', spi: sa.spi, destination: sa.destination },
        ...moved,
        reqid: sa.reqid,
        selector: sa.selector,
      },
    }) as const;
  const steps: Step[] = [
    ...holding([
      ['west', out()],
      ['east', inward()],
    ]),
    [200, 'west', event(out())],
    [201, 'east', event(inward())],
    [300, 'west', 'command'],
    [300, 'west', { sas: [out(moved)] }],
    [300, 'east', { sas: [inward(moved)] }],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, halfOpen, issues], [1, [], []]);
});
