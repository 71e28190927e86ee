import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa, Selector } from '../../../../src/evidence/ipsec.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { aLarvalSa, anSa, aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import {
  added,
  deleted,
  evidenceOf,
  type Host,
  installed,
  protectedPacket,
  type Step,
  type Story,
} from './evidence.ts';

const out = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'out', ...other });
const inward = (other: Partial<IpsecSa> = {}): IpsecSa => anSa({ direction: 'in', ...other });
const back = { source: '192.1.2.23', destination: '192.1.2.45', spi: 0x5678 } as const;

/** A boundary at which hosts have these SAs, and all others none. */
function boundary(at: number, sas: Partial<Record<Host, readonly IpsecSa[]>>): Step[] {
  const dumps = Object.entries(sas).map(([host, own]): Step => [at, host as Host, { sas: own }]);
  return [[at, 'west', 'command'], ...dumps];
}

const found = (story: Story) => comparePairs(evidenceOf(story));
const excusesOf = (story: Story): string[] =>
  found(story).halfOpen.map(({ host, sa, excuse, stays }) => {
    const why = typeof excuse === 'object' ? excuse.id : (excuse ?? 'none');
    return `${host} ${sa.spi.toString(16)} ${why}${stays ? ', stays' : ''}`;
  });
/** In what two ends disagree. */
const disagreements = (west: IpsecSa, east: IpsecSa, more: Story = {}): string[] =>
  found({ ...more, steps: [...(more.steps ?? []), ...boundary(100, { west: [west], east: [east] })] }).issues.map(
    ({ message }) => message.replace('both ends of an SA do not agree on ', ''),
  );

/** West has both SAs of a tunnel, east only one: half of an exchange is missing, if west's were made in one. */
const tornBy = (sibling: IpsecSa, own = inward(back)): string[] =>
  excusesOf({ steps: boundary(100, { west: [sibling, own], east: [{ ...sibling, direction: 'in' }] }) });

const made = (addTime: bigint): IpsecSa['use'] => ({ bytes: 0n, packets: 0n, addTime, useTime: 0n });
const { aead: _none, ...withoutAlgorithm } = out();
const ah: IpsecSa = {
  ...withoutAlgorithm,
  protocol: 'ah',
  integrity: { name: 'hmac(sha1)', key: new Uint8Array(20), truncation: 96 },
};

const siblings: readonly (readonly [title: string, sibling: IpsecSa, own: IpsecSa, torn: boolean])[] = [
  ['made in one second', out(), inward(back), true],
  ['made a second before', out({ use: made(11n) }), inward({ ...back, use: made(12n) }), true],
  ['made a second after', out({ use: made(12n) }), inward({ ...back, use: made(11n) }), true],
  ['made two seconds before', out({ use: made(10n) }), inward({ ...back, use: made(12n) }), false],
  ['made two seconds after', out({ use: made(12n) }), inward({ ...back, use: made(10n) }), false],
  ['of another protocol', ah, inward(back), false],
  ['of another request id', out({ reqid: 9 }), inward(back), false],
  ['from somewhere else', out({ source: '192.1.2.46' }), inward(back), false],
  ['to somewhere else', out({ destination: '192.1.2.24' }), inward(back), false],
];
for (const [title, sibling, own, torn] of siblings) {
  test(`the SA of the other direction, ${title}, is ${torn ? '' : 'not '}of the same exchange`, () => {
    assert.deepEqual(tornBy(sibling, own), [torn ? 'west 5678 none, stays' : 'west 5678 in flight, stays']);
  });
}

test('an SA of the same direction is not of the same exchange', () => {
  const both = [inward(), inward(back)];
  assert.deepEqual(excusesOf({ steps: boundary(100, { west: both, east: [out()] }) }), ['west 5678 in flight, stays']);
});

test('an SPI that was only reserved is not of the same exchange, even where others have an SA of that number', () => {
  const larval = aLarvalSa({ direction: 'out' });
  const steps = boundary(100, { west: [larval, inward(back)], nic: [out()], road: [inward()] });
  assert.deepEqual(excusesOf({ steps }), ['west 5678 in flight, stays']);
});

test('an exchange may take a minute, and not the nanosecond after', () => {
  const lasting = (until: number): Story => ({
    steps: [...boundary(100, { west: [inward()] }), ...boundary(until, {})],
  });
  assert.deepEqual(excusesOf(lasting(60_099.999999)), ['west 1234abcd in flight, stays']);
  assert.deepEqual(excusesOf(lasting(60_100)), ['west 1234abcd none, stays']);
});

test('long times are told exactly', () => {
  const steps = [...boundary(100, { west: [inward()] }), ...boundary(999_999_900, {})];
  assert.match(found({ steps }).issues[0]?.message ?? '', /\(for 999999\.8 s, to the end\)$/);
});

test('what is half-open tells all of it: since when, until when, and nothing of an excuse where there is none', () => {
  const steps = [
    ...boundary(100, { west: [inward()] }),
    ...boundary(60_100, { west: [inward()], east: [out()] }),
    ...boundary(70_000, {}),
  ];
  const { halfOpen, issues } = found({ steps, commands: [[50, 'ipsec up x']] });
  const [sa] = halfOpen.map((half) => half.sa);
  assert.deepEqual(halfOpen, [
    { host: 'west', sa, policies: [], torn: false, since: 100_000_000n, until: 60_100_000_000n, stays: false },
  ]);
  assert.deepEqual(issues, [
    {
      kind: 'half-open',
      word: 'major',
      host: 'west',
      command: 'ipsec up x',
      message: 'no other host has the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) (for 60.0 s)',
    },
  ]);
  assert.deepEqual(Object.keys(found({ steps }).issues[0] ?? {}), ['kind', 'word', 'host', 'message']);
});

test('half-open SAs are followed one by one, and told in the order in which they were over', () => {
  const [a, b, c] = [inward({ spi: 0xa }), inward({ spi: 0xb }), inward({ spi: 0xc })];
  const steps = [
    ...boundary(100, { west: [a] }),
    ...boundary(200, { west: [a, b, c], east: [] }),
    ...boundary(300, { west: [b, c], east: [] }),
    ...boundary(400, { west: [b], east: [] }),
    ...boundary(500, { west: [b], east: [out({ spi: 0xb })] }),
  ];
  assert.deepEqual(
    found({ steps }).halfOpen.map(({ sa, since, until }) => [sa.spi, since / 1_000_000n, until / 1_000_000n]),
    [
      [0xa, 100n, 300n],
      [0xc, 200n, 400n],
      [0xb, 200n, 500n],
    ],
  );
});

test('an SA that becomes half of a pair is torn from then on', () => {
  const west = [out(), inward(back)];
  const steps = [...boundary(100, { west }), ...boundary(200, { west, east: [inward()] })];
  assert.deepEqual(excusesOf({ steps }), ['west 1234abcd in flight', 'west 5678 none, stays']);
});

test('half of a pair that the other host never had is no exchange in flight, even if it goes', () => {
  const steps = [
    ...boundary(100, { west: [out(), inward(back)], east: [inward()] }),
    ...boundary(200, { west: [out()], east: [inward()] }),
  ];
  assert.deepEqual(excusesOf({ steps }), ['west 5678 none']);
});

test('an SPI that the other host only reserved was not shared; one that it filled later was', () => {
  const impaired: Story['commands'] = [[5, 'ipsec stop']];
  const after = boundary(200, { west: [out(), inward(back)], east: [inward()] });
  const reserved = boundary(100, { east: [aLarvalSa({ ...back })] });
  const filled = boundary(150, { east: [out(back)] });
  // `ipsec stop` excuses what was shared and is now half-open, and no half that never was.
  assert.deepEqual(excusesOf({ steps: [...reserved, ...after], commands: impaired }), ['west 5678 none, stays']);
  assert.deepEqual(
    excusesOf({ steps: [...reserved, ...filled, ...after], commands: impaired }).at(-1),
    'west 5678 killed, stays',
  );
});

test('ends of one SPI meet by both addresses and by direction before they meet at all', () => {
  const four = (other: Partial<IpsecSa>): readonly unknown[] => {
    const steps = boundary(100, { west: [out()], east: [inward(other)], nic: [out(other)], road: [inward()] });
    const { pairs, halfOpen, issues } = found({ steps });
    return [pairs, halfOpen, issues];
  };
  assert.deepEqual(four({ source: '192.1.3.1', destination: '192.1.3.2' }), [2, [], []]);
  assert.deepEqual(four({ source: '192.1.3.1' }), [2, [], []]);
  assert.deepEqual(four({ destination: '192.1.3.2' }), [2, [], []]);
});

test('of three ends of one SPI, two are a pair and the third is alone', () => {
  const alone = (west: IpsecSa, east: IpsecSa, nic: IpsecSa): unknown => {
    const { pairs, halfOpen } = found({ steps: boundary(100, { west: [west], east: [east], nic: [nic] }) });
    return [pairs, halfOpen.map(({ host }) => host)];
  };
  assert.deepEqual(alone(out(), inward(), inward()), [1, ['nic']]);
  assert.deepEqual(alone(out(), out(), inward()), [1, ['east']]);
  assert.deepEqual(alone(out(), out({ source: '192.1.3.1' }), inward()), [1, ['east']]);
});

test('SAs of one host that only a mark tells apart are no ends of each other', () => {
  const marked = (value: number): IpsecSa => anSa({ mark: { value, mask: 0xff } });
  const { pairs, halfOpen } = found({ steps: boundary(100, { west: [marked(1), marked(2)] }) });
  assert.deepEqual([pairs, halfOpen.length], [0, 2]);
});

test('SAs of one SPI, host and direction are as many as there are', () => {
  const marked = (value: number): IpsecSa => out({ mark: { value, mask: 0xff } });
  const both = [marked(1), marked(2), marked(3), marked(4)];
  const single = found({ steps: boundary(100, { west: both }) });
  assert.deepEqual([single.pairs, single.halfOpen.length], [0, 4]);
  const steps = boundary(100, { west: both, east: both.map((sa) => ({ ...sa, direction: 'in' as const })) });
  const paired = found({ steps });
  assert.deepEqual([paired.pairs, paired.halfOpen.length], [4, 0]);
});

const key = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const classic = (other: Partial<IpsecSa> = {}): IpsecSa => ({
  ...withoutAlgorithm,
  encryption: { name: 'cbc(aes)', key: key(16) },
  integrity: { name: 'hmac(sha256)', key: key(32), truncation: 128 },
  ...other,
});

test('all in which two ends differ is told, in this order', () => {
  const west = classic({
    encapsulation: { type: 'espinudp', sourcePort: 1, destinationPort: 2, originalAddress: '0.0.0.0' },
  });
  const east = inward({ mode: 'transport', esn: true, source: '192.1.2.46', direction: 'out' });
  assert.deepEqual(disagreements(west, east), [
    'encryption: cbc(aes), undefined',
    'integrity: hmac(sha256), undefined',
    'AEAD: undefined, rfc4106(gcm(aes))',
    'truncation: 128, undefined',
    'ICV bits: undefined, 128',
    'mode: tunnel, transport',
    'ESN: false, true',
    'encapsulation: espinudp, undefined',
    'both are of direction out',
    'addresses: 192.1.2.45 > 192.1.2.23, 192.1.2.46 > 192.1.2.23',
  ]);
});

test('keys are compared to their last byte, and only of one algorithm', () => {
  const east = (other: Partial<IpsecSa>): IpsecSa => classic({ direction: 'in', ...other });
  const cipher = (length: number, name = 'cbc(aes)'): Partial<IpsecSa> => ({ encryption: { name, key: key(length) } });
  assert.deepEqual(disagreements(classic(), east({})), []);
  assert.deepEqual(disagreements(classic(), east(cipher(32))), ['encryption keys differ']);
  assert.deepEqual(disagreements(classic(cipher(32)), east({})), ['encryption keys differ']);
  assert.deepEqual(disagreements(classic(), east(cipher(32, 'cbc(camellia)'))), [
    'encryption: cbc(aes), cbc(camellia)',
  ]);
  const integrity = { name: 'hmac(sha256)', key: key(32, 8), truncation: 128 };
  assert.deepEqual(disagreements(classic(), east({ integrity })), ['integrity keys differ']);
  const both = classic({ encryption: { name: 'cbc(aes)', key: key(16, 8) }, integrity });
  assert.deepEqual(disagreements(classic(), { ...both, direction: 'in' }), [
    'encryption keys differ',
    'integrity keys differ',
  ]);
});

test('encapsulation at one end only is no NAT, so addresses are compared; a test that moves hosts may cause it', () => {
  const encapsulation = { type: 'espinudp', sourcePort: 1, destinationPort: 2, originalAddress: '0.0.0.0' } as const;
  const moved = { source: '192.1.2.46' };
  const addresses = 'addresses: 192.1.2.45 > 192.1.2.23, 192.1.2.46 > 192.1.2.23';
  assert.deepEqual(disagreements(out({ encapsulation }), inward(moved)), [
    'encapsulation: espinudp, undefined',
    addresses,
  ]);
  assert.deepEqual(disagreements(out(), inward({ ...moved, encapsulation })), [
    'encapsulation: undefined, espinudp',
    addresses,
  ]);
  const moving: Story = { commands: [[5, 'ip addr del 192.1.2.45/24 dev eth1']] };
  assert.deepEqual(disagreements(out({ encapsulation }), inward(moved), moving), []);
  assert.deepEqual(disagreements(out({ encapsulation }), inward(), { commands: [[5, 'ipsec stop']] }), [
    'encapsulation: espinudp, undefined',
  ]);
});

test('each part of a selector restricts, and is compared where both ends restrict', () => {
  const port = { port: 80, mask: 0xffff };
  const parts: readonly (readonly [Partial<Selector>, Partial<Selector>])[] = [
    [{ source: { address: '192.0.1.0', prefix: 24 } }, { source: { address: '192.0.1.0', prefix: 25 } }],
    [{ destination: { address: '192.0.2.0', prefix: 24 } }, { destination: { address: '192.0.2.0', prefix: 25 } }],
    [{ protocol: 6 }, { protocol: 17 }],
    [{ sourcePort: port }, { sourcePort: { ...port, port: 81 } }],
    [{ destinationPort: port }, { destinationPort: { ...port, port: 81 } }],
  ];
  for (const [one, other] of parts) {
    const [west, east] = [out({ selector: aSelector(one) }), inward({ selector: aSelector(other) })];
    assert.match(disagreements(west, east).join('\n'), /^selectors: [^\n]*$/);
    assert.deepEqual(disagreements(west, inward()), []);
    assert.deepEqual(disagreements(out(), east), []);
  }
});

test('a disagreement is told once, with the command at which it was first there', () => {
  const [west, east] = [out(), inward({ mode: 'transport' })];
  const steps = [
    ...boundary(100, { west: [west], east: [east] }),
    ...boundary(200, { west: [west, inward(back)], east: [east, out(back)] }),
  ];
  const { issues } = found({
    steps,
    commands: [
      [50, 'first'],
      [150, 'second'],
    ],
  });
  assert.deepEqual(issues, [
    {
      kind: 'sa-disagreement',
      word: 'major',
      host: 'west',
      command: 'first',
      message: 'both ends of an SA do not agree on mode: tunnel, transport',
      excerpt:
        'west: esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel)\neast: esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (transport)',
    },
  ]);
  assert.deepEqual(Object.keys(found({ steps }).issues[0] ?? {}), ['kind', 'word', 'host', 'message', 'excerpt']);
});

test('a host that stays as it was is compared again when another one changes', () => {
  const steps = [
    ...boundary(100, { west: [out()], east: [inward()] }),
    ...boundary(200, { east: [inward({ mode: 'transport' })] }),
  ];
  assert.equal(found({ steps }).issues.length, 1);
});

test('hosts that all change at once are all compared again', () => {
  const agreeing = { west: [out()], east: [inward()], nic: [out({ spi: 7 })], road: [inward({ spi: 7 })] };
  const transport = { mode: 'transport' } as const;
  const differing = {
    west: [out({ reqid: 5 })],
    east: [inward(transport)],
    nic: [out({ spi: 7, reqid: 5 })],
    road: [inward({ spi: 7, ...transport })],
  };
  assert.equal(found({ steps: [...boundary(100, agreeing), ...boundary(200, differing)] }).issues.length, 2);
});

test('an SA whose other end goes to another host is one pair', () => {
  const steps = [
    ...boundary(100, { west: [out()], east: [inward()] }),
    ...boundary(200, { east: [], nic: [inward()] }),
  ];
  assert.equal(found({ steps }).pairs, 1);
});

test('pairs of one SPI are told in the order of their second ends', () => {
  const other = { source: '192.1.3.1' };
  const steps = boundary(100, {
    west: [out()],
    east: [inward({ mode: 'transport' })],
    nic: [out(other)],
    road: [inward({ ...other, mode: 'transport' })],
  });
  assert.deepEqual(
    found({ steps }).issues.map(({ host }) => host),
    ['west', 'nic'],
  );
});

test('policies around an SA that are none of one tunnel are told with both sides', () => {
  const policies: Step[] = [
    [1, 'west', installed(aPolicy())],
    [1, 'east', installed(aPolicy({ direction: 'in', selector: aSelector(), templates: [aTemplate()] }))],
  ];
  const west = boundary(100, { west: [out()], east: [inward({ mode: 'transport' })] });
  const dumps: Step[] = [
    [100, 'west', { policies: [aPolicy()] }],
    [100, 'east', { policies: [aPolicy({ direction: 'in', selector: aSelector(), templates: [aTemplate()] })] }],
  ];
  const messages = found({ steps: [...policies, ...west, ...dumps] }).issues.map(({ message }) => message);
  assert.deepEqual(messages, [
    'both ends of an SA do not agree on mode: tunnel, transport',
    'both ends of an SA do not agree on policies: 192.0.1.0/24 > 192.0.2.0/24 out, 0.0.0.0/0 > 0.0.0.0/0 in',
  ]);
});

test('a packet counts for a peer from the moment on at which the SA was seen alone, and only one of a host', () => {
  const half: Story = { steps: [...boundary(100, { east: [inward()] }), ...boundary(5000, {})] };
  assert.deepEqual(excusesOf({ ...half, packets: [protectedPacket(100)] }), ['east 1234abcd none, stays']);
  const packet = protectedPacket(500);
  const { sender: _west, ...frame } = packet.frame;
  assert.deepEqual(excusesOf({ ...half, packets: [{ ...packet, frame }] }), ['east 1234abcd in flight, stays']);
});

test('an SA of another protocol with the same number does not share what packets went through', () => {
  const use = { bytes: 84n, packets: 1n, addTime: 1n, useTime: 1n };
  const steps: Step[] = [
    [0.1, 'west', added(ah)],
    [0.2, 'west', deleted(ah)],
    ...boundary(100, { east: [inward({ use })] }),
  ];
  assert.deepEqual(excusesOf({ steps }), ['east 1234abcd none, stays']);
});
