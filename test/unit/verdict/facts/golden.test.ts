import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareGolden, type GoldenFacts } from '../../../../src/verdict/facts/golden.ts';

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
