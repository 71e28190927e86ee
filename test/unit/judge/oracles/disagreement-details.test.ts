import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa, Selector } from '../../../../src/evidence/ipsec.ts';
import { aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import { installed, type Step, type Story } from './evidence.ts';
import { back, boundary, found, inward, out } from './pair-story.ts';

const { aead: _none, ...withoutAlgorithm } = out();

/** In what two ends disagree. */
const disagreements = (west: IpsecSa, east: IpsecSa, more: Story = {}): string[] =>
  found({ ...more, steps: [...(more.steps ?? []), ...boundary(100, { west: [west], east: [east] })] }).issues.map(
    ({ message }) => message.replace('both ends of an SA do not agree on ', ''),
  );

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
