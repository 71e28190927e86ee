import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpsecPolicy, Selector } from '../../../../src/evidence/ipsec.ts';
import { type Age, firstOfEquals } from '../../../../src/judge/oracles/policy-order.ts';
import { aPolicy } from '../../evidence/xfrm-samples.ts';
import { between } from './selectors.ts';

/** Which of some policies may be taken; each is a name, its selector and its age. */
type Aged = readonly [name: string, selector: Selector, age: Partial<Age> & Pick<Age, 'placed'>];

function firstOf(aged: readonly Aged[]): string[] {
  const named = new Map<IpsecPolicy, [string, Age]>();
  for (const [name, selector, { placed, inserted = placed, moved = false }] of aged) {
    named.set(aPolicy({ selector }), [name, { placed, inserted, moved }]);
  }
  const found = firstOfEquals([...named.keys()], (policy) => named.get(policy)?.[1] as Age);
  return found.map((policy) => named.get(policy)?.[0] ?? '');
}

const both = between('192.0.2.0/24', '198.51.100.0/24');
const both6 = between('2001:db8::/48', '2001:db8::/48');
const toNet = between('0.0.0.0/0', '198.51.100.0/24');
const fromNet = between('192.0.2.0/24', '0.0.0.0/0');

/** INEXACT_PREFIXLEN_IPV4 and _IPV6, xfrm_addr_any, and policy_hash_bysel in net/xfrm/xfrm_policy.c. */
for (const [one, other, how] of [
  [between('192.0.2.1/32', '198.51.100.2/32'), both, 'apart'],
  [between('192.0.2.1/31', '198.51.100.2/32'), both, 'together'],
  [between('192.0.2.1/32', '198.51.100.2/31'), both, 'together'],
  [between('2001:db8::1/128', '2001:db8::2/128'), both6, 'apart'],
  [between('2001:db8::1/127', '2001:db8::2/128'), both6, 'together'],
  [between('2001:db8::1/128', '2001:db8::2/127'), both6, 'together'],
  [between('2001:db8::1/127', '2001:db8::2/127'), both6, 'together'],
  [between('192.0.0.0/16', '198.51.0.0/16'), both, 'together'],
  [between('192.0.0.0/15', '198.51.0.0/16'), toNet, 'together'],
  [between('192.0.0.0/16', '198.50.0.0/15'), fromNet, 'together'],
  [between('2001:db8::/47', '2001:db8::/48'), both6, 'apart'],
  [between('2001:db8::/48', '2001:db8::/47'), both6, 'apart'],
  [between('0.0.0.0/24', '198.51.100.0/24'), toNet, 'together'],
  [between('0.0.0.0/24', '198.51.100.0/24'), both, 'apart'],
  [between('192.0.2.0/24', '0.0.0.0/16'), fromNet, 'together'],
  [between('10.0.0.0/24', '198.51.100.0/24'), toNet, 'apart'],
  [between('::/64', '2001:db8::/48'), both6, 'apart'],
  [between('::/64', '2001:db8::/48'), between('::/0', '2001:db8::/64'), 'together'],
  [between('a::/64', '2001:db8::/48'), both6, 'together'],
  [between('::1/128', '2001:db8::/48'), both6, 'together'],
] as const satisfies readonly (readonly [Selector, Selector, 'apart' | 'together'])[]) {
  const text = ({ source, destination }: Selector): string =>
    [source, destination].map(({ address, prefix }) => `${address}/${prefix}`).join(' > ');
  test(`the lists of ${text(one)} and ${text(other)}: ${how}`, () => {
    const found = firstOf([
      ['placed first', one, { placed: 1, inserted: 3 }],
      ['inserted first', other, { placed: 2 }],
    ]);
    assert.deepEqual(found, [how === 'together' ? 'placed first' : 'inserted first']);
  });
}

const narrow = between('192.0.2.0/28', '198.51.100.0/28');
const any = between('0.0.0.0/0', '0.0.0.0/0');

for (const [what, aged, wanted] of [
  ['one alone, also where its list may have been sorted', [['a', both, { placed: 1, moved: true }]], ['a']],
  [
    'the first by both orders is given once',
    [
      ['a', both, { placed: 1, inserted: 2, moved: true }],
      ['b', narrow, { placed: 3 }],
    ],
    ['a'],
  ],
  [
    'a list that was not sorted anew has the first by places',
    [
      ['a', both, { placed: 1, inserted: 3 }],
      ['b', narrow, { placed: 2 }],
    ],
    ['a'],
  ],
  [
    'a list that may have been sorted anew has two',
    [
      ['a', both, { placed: 1, inserted: 3, moved: true }],
      ['b', narrow, { placed: 2 }],
    ],
    ['a', 'b'],
  ],
  [
    'one that moved lets the whole list be sorted',
    [
      ['a', both, { placed: 1, inserted: 4 }],
      ['b', narrow, { placed: 2 }],
      ['c', narrow, { placed: 3, inserted: 5, moved: true }],
    ],
    ['a', 'b'],
  ],
  [
    'of another list one that is older than one of two heads may be taken too',
    [
      ['a', both, { placed: 1, inserted: 4, moved: true }],
      ['b', narrow, { placed: 2 }],
      ['c', any, { placed: 3 }],
    ],
    ['b', 'c'],
  ],
  [
    'one that is younger than both heads is not',
    [
      ['a', both, { placed: 1, inserted: 4, moved: true }],
      ['b', narrow, { placed: 2 }],
      ['c', any, { placed: 5 }],
    ],
    ['a', 'b'],
  ],
  [
    'it must be older than those of all lists',
    [
      ['a', toNet, { placed: 2 }],
      ['b', fromNet, { placed: 1 }],
      ['c', any, { placed: 3 }],
    ],
    ['b'],
  ],
] as const satisfies readonly (readonly [string, readonly Aged[], readonly string[]])[]) {
  test(`first of equals: ${what}`, () => assert.deepEqual(firstOf(aged), wanted));
}

test('where no policy was updated the oldest is taken, whatever the lists are', () => {
  const selectors = [both, narrow, any, toNet, fromNet, between('192.0.2.1/32', '198.51.100.2/32')];
  const ages = fc.uniqueArray(fc.nat(100), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(ages, fc.array(fc.constantFrom(...selectors), { minLength: 8, maxLength: 8 }), (placed, chosen) => {
      const aged = placed.map((age, at): Aged => [String(age), chosen[at] as Selector, { placed: age }]);
      assert.deepEqual(firstOf(aged), [String(Math.min(...placed))]);
    }),
  );
});
