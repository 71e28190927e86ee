import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy } from '../../../../src/evidence/ipsec.ts';
import { bytes, concat, ipv4, ipv6 } from '../../evidence/build.ts';
import { aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';
import { evidenceOf, installed, leaks, removed, type Step, seen } from './evidence.ts';
import { between } from './selectors.ts';

/*
 * Of policies of equal priority, which the kernel takes (net/xfrm/xfrm_policy.c of 7.2). Policies are named by the lists in which it
 * keeps them; every one matches the packets of these tests.
 */

const ping = ipv4(1, concat([Uint8Array.of(8, 0), bytes('0000 0001 0001 61626364')]));
const ping6 = ipv6(58, concat([Uint8Array.of(128, 0), bytes('0000 0001 0001 61626364')]));

const lists = {
  exact: between('192.0.2.1/32', '198.51.100.2/32'),
  any: between('0.0.0.0/0', '0.0.0.0/0'),
  /** Shorter than what a tree takes. */
  wide: between('192.0.0.0/15', '198.50.0.0/15'),
  destination: between('0.0.0.0/0', '198.51.100.0/24'),
  source: between('192.0.2.0/24', '0.0.0.0/0'),
  both: between('192.0.2.0/24', '198.51.100.0/24'),
  narrow: between('192.0.2.0/28', '198.51.100.0/28'),
  wider: between('192.0.0.0/16', '198.51.0.0/16'),
  half: between('192.0.2.1/32', '198.51.100.0/24'),
  any6: between('::/0', '::/0'),
  wide6: between('2001:db8::/47', '2001:db8::/47'),
  source6: between('2001:db8::/48', '::/0'),
} as const;
type List = keyof typeof lists;

const protect = (list: List, other: Partial<IpsecPolicy> = {}): IpsecPolicy =>
  aPolicy({ selector: lists[list], priority: 100, ...other });
const pass = (list: List, other: Partial<IpsecPolicy> = {}): IpsecPolicy => protect(list, { templates: [], ...other });

type Did = readonly [what: 'add' | 'update' | 'remove', policy: IpsecPolicy];

/** What `update` changes, so that it is told from the first. */
const again = { lifetime: { hardPackets: 9n } } as const;

function taken(did: readonly Did[], packet = ping): 'protects' | 'passes' {
  const steps = did.map(([what, policy], at): Step => {
    if (what === 'add') return [at + 1, 'west', installed(policy)];
    if (what === 'remove') return [at + 1, 'west', removed(policy)];
    return [at + 1, 'west', { event: { kind: 'policy-updated', policy: { ...policy, ...again } } }];
  });
  return leaks(evidenceOf({ steps, frames: [seen(1000, packet)] })).length > 0 ? 'protects' : 'passes';
}

test('without an update the one that came first is taken, whatever the lists are', () => {
  const of4 = (Object.keys(lists) as List[]).filter((list) => lists[list].family === 4);
  for (const first of of4) {
    for (const second of of4.filter((one) => one !== first)) {
      const orders = [
        [protect(first), pass(second)],
        [pass(first), protect(second)],
      ].map((order) => taken(order.map((policy) => ['add', policy] as const)));
      assert.deepEqual(orders, ['protects', 'passes'], `${first}, ${second}`);
    }
  }
});

/** `apart`: an update makes the first the younger one; `together`: it keeps its place. */
const pairs: readonly (readonly [first: List, second: List, lists: 'apart' | 'together'])[] = [
  ['exact', 'any', 'apart'],
  ['exact', 'both', 'apart'],
  ['any', 'exact', 'apart'],
  ['any', 'destination', 'apart'],
  ['any', 'source', 'apart'],
  ['any', 'both', 'apart'],
  ['destination', 'both', 'apart'],
  ['source', 'destination', 'apart'],
  ['half', 'exact', 'apart'],
  ['wide', 'both', 'apart'],
  ['wide', 'any', 'together'],
  ['any', 'wide', 'together'],
  ['both', 'narrow', 'together'],
  ['wider', 'narrow', 'together'],
  ['both', 'half', 'together'],
  ['any6', 'source6', 'apart'],
  ['any6', 'wide6', 'together'],
];

for (const [first, second, how] of pairs) {
  test(`an updated policy (${first}) against one of equal priority that came later (${second}): lists ${how}`, () => {
    const packet = lists[first].family === 6 ? ping6 : ping;
    const found = ([older, younger]: readonly [IpsecPolicy, IpsecPolicy]) =>
      taken(
        [
          ['add', older],
          ['add', younger],
          ['update', older],
        ],
        packet,
      );
    const wanted = how === 'apart' ? ['passes', 'protects'] : ['protects', 'passes'];
    assert.deepEqual([found([protect(first), pass(second)]), found([pass(first), protect(second)])], wanted);
  });
}

const other = { priority: 50 } as const;

const histories: readonly (readonly [what: string, did: readonly Did[], taken: 'protects' | 'passes'])[] = [
  [
    'an update of both leaves them in the order of the updates',
    [
      ['add', protect('any')],
      ['add', pass('both')],
      ['update', pass('both')],
      ['update', protect('any')],
    ],
    'passes',
  ],
  [
    'the same, the other way round',
    [
      ['add', protect('any')],
      ['add', pass('both')],
      ['update', protect('any')],
      ['update', pass('both')],
    ],
    'protects',
  ],
  [
    'a policy that comes by an update of its priority is the youngest of that priority, in its own list too',
    [
      ['add', pass('narrow', other)],
      ['add', protect('both')],
      ['update', pass('narrow')],
    ],
    'protects',
  ],
  [
    'one that goes and comes back is the youngest',
    [
      ['add', protect('both')],
      ['add', pass('narrow')],
      ['remove', protect('both')],
      ['add', protect('both')],
    ],
    'passes',
  ],
  [
    'of three in two lists: the older of its list is the younger of all',
    [
      ['add', protect('both')],
      ['add', pass('narrow')],
      ['add', pass('any')],
      ['update', protect('both')],
    ],
    'passes',
  ],
  [
    'of three in two lists, all that may be taken protect',
    [
      ['add', protect('both')],
      ['add', pass('narrow')],
      ['add', protect('any')],
      ['update', protect('both')],
    ],
    'protects',
  ],
  [
    'a wider policy may have sorted the list anew: nothing is said where the two orders differ in what they do',
    [
      ['add', protect('narrow')],
      ['add', pass('both')],
      ['update', protect('narrow')],
      ['add', protect('wider', { priority: 200 })],
    ],
    'passes',
  ],
  [
    'where the list may be sorted anew, the first by places counts too',
    [
      ['add', pass('narrow')],
      ['add', protect('both')],
      ['update', pass('narrow')],
      ['add', protect('wider', { priority: 200 })],
    ],
    'passes',
  ],
  [
    'one that was there before has not',
    [
      ['add', protect('wider', { priority: 200 })],
      ['add', protect('narrow')],
      ['add', pass('both')],
      ['update', protect('narrow')],
    ],
    'protects',
  ],
  [
    'nor has one of another direction, or of other addresses',
    [
      ['add', protect('narrow')],
      ['add', pass('both')],
      ['update', protect('narrow')],
      ['add', protect('wider', { direction: 'in' })],
      ['add', protect('wider', { selector: between('10.0.0.0/16', '10.1.0.0/16') })],
    ],
    'protects',
  ],
];

for (const [what, did, wanted] of histories) test(what, () => assert.equal(taken(did), wanted));

test('policies that a dump tells of stand there with the youngest first', () => {
  const orders = [
    [pass('both'), protect('any')],
    [protect('both'), pass('any')],
  ].map((policies) => {
    const steps: Step[] = [
      [1, 'west', 'lost'],
      [2, 'west', 'command'],
      [2, 'west', { policies }],
    ];
    return leaks(evidenceOf({ steps, frames: [seen(1000, ping)] })).length;
  });
  assert.deepEqual(orders, [1, 0]);
});

test('a marked bypass that may have chosen the packet counts by its place', () => {
  const marked = pass('any', { mark: { value: 1, mask: 0xff } });
  const orders: Did[][] = [
    [
      ['add', marked],
      ['add', protect('both')],
    ],
    [
      ['add', protect('both')],
      ['add', marked],
    ],
    [
      ['add', protect('both')],
      ['add', marked],
      ['update', protect('both')],
    ],
    [
      ['add', marked],
      ['add', protect('both')],
      ['update', marked],
    ],
  ];
  assert.deepEqual(
    orders.map((did) => taken(did)),
    ['passes', 'protects', 'passes', 'protects'],
  );
});

test('a move of addresses leaves a policy in its place', () => {
  const template = aTemplate({ source: '192.1.2.45', destination: '192.1.2.23' });
  const policy = protect('any', { templates: [template] });
  const steps: Step[] = [
    [1, 'west', installed(policy)],
    [2, 'west', installed(pass('both'))],
    [
      3,
      'west',
      {
        event: {
          kind: 'migrate',
          id: policy,
          migrations: [
            {
              protocol: 'esp',
              mode: 'tunnel',
              reqid: 0,
              oldSource: '192.1.2.45',
              oldDestination: '192.1.2.23',
              newSource: '192.1.2.46',
              newDestination: '192.1.2.23',
            },
          ],
        },
      },
    ],
  ];
  assert.equal(leaks(evidenceOf({ steps, frames: [seen(1000, ping)] })).length, 1);
});
