import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { compareGolden, goldenFacts } from '../../../../src/judge/oracles/golden.ts';
import type { GoldenFacts } from '../../../../src/model/golden-facts.ts';
import { aLarvalSa, anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, installed, type Step } from './evidence.ts';

const line = fc.constantFrom('sa in esp tunnel a > b', 'sa out esp tunnel b > a', 'policy out a > b allow');
const facts: fc.Arbitrary<GoldenFacts> = fc.record({
  version: fc.constant(1 as const),
  states: fc.array(
    fc.record({
      after: fc.constantFrom('east: ipsec up', 'west: ipsec down'),
      hosts: fc.dictionary(fc.constantFrom('east', 'west'), fc.array(line, { maxLength: 4 }), {
        noNullPrototype: true,
      }),
    }),
    { maxLength: 5 },
  ),
});

test('facts are equal to themselves', () => {
  fc.assert(fc.property(facts, (one) => assert.deepEqual(compareGolden(one, one), [])));
});

test('a difference is seen from both sides, with signs exchanged', () => {
  const signs = (text = ''): string[] =>
    text
      .split('\n')
      .map((part) => part.slice(0, 1))
      .sort();
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      const [there, back] = [compareGolden(a, b), compareGolden(b, a)];
      assert.equal(there.length, back.length);
      for (const [index, issue] of there.entries()) {
        assert.equal(issue.word, 'major');
        const turned = signs(back[index]?.excerpt)
          .map((sign) => (sign === '+' ? '-' : '+'))
          .sort();
        assert.deepEqual(signs(issue.excerpt), turned);
      }
    }),
  );
});

test('an SA that is missing, extra or there twice is told with host and command', () => {
  const state = (...east: readonly string[]): GoldenFacts => ({
    version: 1,
    states: [{ after: 'west: ipsec up', hosts: { east } }],
  });
  const excerpts = (want: GoldenFacts, got: GoldenFacts) => compareGolden(want, got).map(({ excerpt }) => excerpt);
  assert.deepEqual(excerpts(state('sa 1', 'sa 2'), state('sa 1')), ['-east: sa 2']);
  assert.deepEqual(excerpts(state('sa 1'), state('sa 1', 'sa 1')), ['+east: sa 1']);
  assert.deepEqual(excerpts(state('sa 1'), state('sa 3')), ['-east: sa 1\n+east: sa 3']);
});

/** A life of west: nothing, then a policy and two SAs, then a rekeyed one, then the post-mortem that ends all. */
function life(spi: number, reqid: number, key: number): ReturnType<typeof evidenceOf> {
  const sa = anSa({ spi, reqid, aead: { name: 'rfc4106(gcm(aes))', key: new Uint8Array(36).fill(key), icv: 128 } });
  const next = { ...sa, spi: spi + 1 };
  const policy = aPolicy({ templates: [aTemplate({ reqid })] });
  const boundary = (at: number, ...sas: readonly IpsecSa[]): Step[] => [
    [at, 'west', 'command'],
    [at, 'west', { sas }],
    [at, 'west', { policies: [policy] }],
  ];
  const before: Step[] = [
    [1, 'west', 'command'],
    [3, 'west', installed(policy)],
    [3, 'west', added(sa)],
    ...boundary(4, sa, aLarvalSa({ spi: spi + 7 })),
    [5, 'west', added(next)],
    [6, 'west', deleted(sa)],
    ...boundary(7, next),
  ];
  const commands = [
    [0, 'ipsec start'],
    [2, 'ipsec up a'],
    [5, 'sleep 3'],
    [8, 'post-mortem'],
  ] as const;
  const steps: Step[] = [...before, [8, 'west', deleted(next)], ...boundary(9)];
  return evidenceOf({ steps, commands, postMortem: before.length });
}

test('facts of an attempt are its states after commands, without what chance decides and without the post-mortem', () => {
  assert.deepEqual(goldenFacts(life(0x100, 16389, 1)), {
    version: 1,
    states: [
      {
        after: 'west: ipsec up a',
        hosts: {
          west: [
            'policy out 192.0.1.0/24 > 192.0.2.0/24 priority 1757393 allow esp tunnel 192.1.2.45 > 192.1.2.23',
            'sa esp tunnel 192.1.2.45 > 192.1.2.23 aead rfc4106(gcm(aes)) 288 sel 0.0.0.0/0 > 0.0.0.0/0',
          ],
        },
      },
    ],
  });
  assert.deepEqual(goldenFacts(life(0x100, 16389, 1)), goldenFacts(life(0xffff0000, 16421, 200)));
});
