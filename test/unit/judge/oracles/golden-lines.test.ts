import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { compareGolden, goldenFacts } from '../../../../src/judge/oracles/golden.ts';
import type { GoldenState } from '../../../../src/model/golden-facts.ts';
import { anSa, aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, type Story } from './evidence.ts';

const statesOf = (story: Story): readonly GoldenState[] => goldenFacts(evidenceOf(story)).states;

/** The lines of west when it has these. */
function linesOf(sas: readonly IpsecSa[], policies: readonly IpsecPolicy[] = []): readonly string[] {
  const steps = [
    [1, 'west', 'command'],
    [1, 'west', { sas }],
    [1, 'west', { policies }],
  ] as const;
  return statesOf({ steps })[0]?.hosts.west ?? [];
}

const { aead: _none, ...bare } = anSa();
const key = (length: number): Uint8Array => new Uint8Array(length).fill(7);

const sas: readonly (readonly [title: string, sa: IpsecSa, line: string])[] = [
  [
    'a cipher and an integrity algorithm',
    {
      ...bare,
      encryption: { name: 'cbc(aes)', key: key(32) },
      integrity: { name: 'hmac(sha256)', key: key(20), truncation: 128 },
    },
    'sa esp tunnel 192.1.2.45 > 192.1.2.23 enc cbc(aes) 256 auth hmac(sha256) 160 sel 0.0.0.0/0 > 0.0.0.0/0',
  ],
  [
    'integrity alone, in AH',
    { ...bare, protocol: 'ah', mode: 'transport', integrity: { name: 'hmac(sha1)', key: key(20), truncation: 96 } },
    'sa ah transport 192.1.2.45 > 192.1.2.23 auth hmac(sha1) 160 sel 0.0.0.0/0 > 0.0.0.0/0',
  ],
  [
    'compression',
    { ...bare, protocol: 'ipcomp', spi: 0x1234, compression: 'deflate' },
    'sa ipcomp tunnel 192.1.2.45 > 192.1.2.23 comp deflate sel 0.0.0.0/0 > 0.0.0.0/0',
  ],
  [
    'direction, encapsulation and ESN',
    anSa({
      direction: 'in',
      encapsulation: { type: 'espinudp', sourcePort: 4500, destinationPort: 4500, originalAddress: '0.0.0.0' },
      esn: true,
      replayWindow: 128,
    }),
    'sa in esp tunnel 192.1.2.45 > 192.1.2.23 aead rfc4106(gcm(aes)) 288 espinudp esn sel 0.0.0.0/0 > 0.0.0.0/0',
  ],
  [
    'a selector',
    anSa({ selector: aSelector({ source: { address: '192.0.1.0', prefix: 24 }, protocol: 17 }) }),
    'sa esp tunnel 192.1.2.45 > 192.1.2.23 aead rfc4106(gcm(aes)) 288 sel 192.0.1.0/24 > 0.0.0.0/0 proto 17',
  ],
];

for (const [title, sa, line] of sas) test(`an SA is told with ${title}`, () => assert.deepEqual(linesOf([sa]), [line]));

test('policies are told without request ids, and those of sockets not at all', () => {
  const templates = [aTemplate({ protocol: 'ipcomp', reqid: 16390 }), aTemplate({ reqid: 7 })];
  const sockets = (['socket-in', 'socket-out'] as const).map((direction) =>
    aPolicy({ direction, templates: [], priority: 0 }),
  );
  assert.deepEqual(linesOf([], [...sockets, aPolicy({ templates })]), [
    'policy out 192.0.1.0/24 > 192.0.2.0/24 priority 1757393 allow ipcomp tunnel 192.1.2.45 > 192.1.2.23, esp tunnel 192.1.2.45 > 192.1.2.23',
  ]);
});

test('lines stand in the order of their text, so that the order of loading does not show', () => {
  const [a, b] = [anSa({ spi: 0x2000, source: '192.0.2.9' }), anSa({ spi: 0x1000, source: '192.0.2.1' })];
  assert.deepEqual(linesOf([a, b]), linesOf([b, a]));
  assert.match(linesOf([a, b])[0] ?? '', /192\.0\.2\.1 >/);
});

test('a state is listed when a host changes, with the command before it, and again when nothing is left', () => {
  const sa = anSa();
  const states = statesOf({
    steps: [
      [1, 'west', 'command'],
      [1, 'west', { sas: [] }],
      [2, 'west', added(sa)],
      [3, 'west', 'command'],
      [3, 'west', { sas: [sa] }],
      [4, 'west', 'command'],
      [4, 'west', { sas: [sa] }],
      [5, 'west', 'command'],
      [5, 'west', { sas: [] }],
    ],
    commands: [
      [2, 'ipsec up a', 'east'],
      [4.5, 'ipsec down a'],
    ],
  });
  assert.deepEqual(
    states.map(({ after, hosts }) => [after, Object.keys(hosts)]),
    [
      ['east: ipsec up a', ['west']],
      ['west: ipsec down a', []],
    ],
  );
});

test('a state before the first command is after none', () => {
  const steps = [
    [1, 'west', 'command'],
    [1, 'west', { sas: [anSa()] }],
  ] as const;
  assert.deepEqual(
    statesOf({ steps, commands: [[9, 'late']] }).map(({ after }) => after),
    [''],
  );
});

const state = (after: string, ...east: readonly string[]): GoldenState => ({ after, hosts: { east } });
const compared = (want: readonly GoldenState[], got: readonly GoldenState[]) =>
  compareGolden({ version: 1, states: want }, { version: 1, states: got });

test('an issue names the state, the command after which it was received, and both sides', () => {
  assert.deepEqual(
    compared([state('a', 'sa 1'), state('b', 'sa 2')], [state('a', 'sa 1'), state('c', 'sa 2', 'sa 3')]),
    [
      {
        kind: 'golden-facts',
        word: 'major',
        file: 'facts.json',
        command: 'c',
        message: 'SAs and policies are not those of the golden facts, state 2',
        excerpt: '-after b\n+after c\n+east: sa 3',
      },
    ],
  );
});

test('a state that never came and one too many are told with the command of the side that has it', () => {
  const [one, two] = [state('a', 'sa 1'), state('b', 'sa 2')];
  const told = (want: readonly GoldenState[], got: readonly GoldenState[]): unknown =>
    compared(want, got).map(({ command, excerpt }) => [command, excerpt]);
  assert.deepEqual(told([one, two], [one]), [['b', '-after b\n-east: sa 2']]);
  assert.deepEqual(told([one], [one, two]), [['b', '+after b\n+east: sa 2']]);
});

test('three states are told, however many differ', () => {
  const states = (sa: string): GoldenState[] => ['a', 'b', 'c', 'd', 'e'].map((after) => state(after, sa));
  assert.deepEqual(
    compared(states('sa 1'), states('sa 2')).map(({ command }) => command),
    ['a', 'b', 'c'],
  );
});

test('a command that ends with the post-mortem counts no more', () => {
  const steps = [
    [1, 'west', 'command'],
    [1, 'west', { sas: [anSa()] }],
  ] as const;
  assert.equal(statesOf({ steps, postMortem: 1 }).length, 1);
  assert.equal(statesOf({ steps, postMortem: 0 }).length, 0);
});
