import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { disagreementsOf } from '../../../../src/judge/oracles/disagreements.ts';
import type { End } from '../../../../src/judge/oracles/pair-up.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { aSelector } from '../../evidence/xfrm-samples.ts';
import { evidenceOf } from './evidence.ts';
import { labFrames } from './lab-path.ts';
import { holding, inward, messages, out } from './pair-story.ts';

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

test('ends of which one keeps its keys to itself are not compared by them', () => {
  const end = (host: string, sa: IpsecSa): End => ({ host, sa, policies: [] });
  const between = (west: Partial<IpsecSa>, east: Partial<IpsecSa>): string[] =>
    disagreementsOf([end('west', out(west)), end('east', inward({ aead: { ...gcm, key: key(36) }, ...east }))]).map(
      ({ what }) => what,
    );
  assert.deepEqual(between({}, {}), ['AEAD keys differ']);
  assert.deepEqual(between({ keysUnknown: true }, {}), []);
  assert.deepEqual(between({}, { keysUnknown: true }), []);
});

test('a mode that one end does not tell agrees with any', () => {
  const end = (host: string, sa: IpsecSa): End => ({ host, sa, policies: [] });
  assert.deepEqual(disagreementsOf([end('west', out({ mode: 'any' })), end('east', inward())]), []);
  assert.deepEqual(disagreementsOf([end('west', out()), end('east', inward({ mode: 'any' }))]), []);
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
  const path = labFrames;
  assert.equal(messages({ steps, frames: path, commands: [[5, translating, 'nic']] }).length, 0);
  assert.equal(messages({ steps, frames: path, commands: [[5, translating, 'road']] }).length, 1);
  assert.equal(messages({ steps, frames: path, commands: [[5, 'iptables -L -t nat', 'nic']] }).length, 1);
  assert.equal(
    messages({ steps, frames: path, commands: [[5, translating.replace('-t nat', '-t filter'), 'nic']] }).length,
    1,
  );
  assert.equal(messages({ steps, commands: [[5, 'ip addr del 192.1.2.45/24 dev eth1']] }).length, 0);
  assert.equal(messages({ steps, commands: [[5, 'ip addr add 192.1.2.46/24 dev eth1']] }).length, 1);
});
