import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, Selector } from '../../../../src/evidence/ipsec.ts';
import type { Life, Version } from '../../../../src/evidence/tables/lives.ts';
import type { HostTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { ageOfLife, agesAt } from '../../../../src/judge/oracles/policy-order.ts';
import { aPolicy } from '../../evidence/xfrm-samples.ts';
import { between } from './selectors.ts';

type Source = Version<IpsecPolicy>['source'];
/** A version, at a time that is its place in the records too. */
type Told = readonly [at: number, value: IpsecPolicy, source?: Source];

const lifeOf = (told: readonly Told[], ended?: number): Life<IpsecPolicy> => ({
  key: 'policy',
  versions: told.map(([at, value, source = 'event']) => ({ time: BigInt(at), sequence: at, value, source })),
  ...(ended !== undefined && { ended: { time: BigInt(ended), sequence: ended, reason: 'deleted' } }),
});

const hostOf = (policies: readonly Life<IpsecPolicy>[]): HostTimeline => ({
  host: 'west',
  exact: true,
  policies,
  ...{ gaps: [], changes: [], sas: [], defaults: [], snapshots: [] },
});

const prior = (priority: number): IpsecPolicy => aPolicy({ priority });

for (const [what, told, until, placed, inserted] of [
  ['one version', [[1, prior(100)]], 9, 1, 1],
  [
    'an update of equal priority',
    [
      [1, prior(100)],
      [2, prior(100)],
    ],
    9,
    1,
    2,
  ],
  [
    'an update of another priority',
    [
      [1, prior(50)],
      [2, prior(100)],
    ],
    9,
    2,
    2,
  ],
  [
    'that, and one of equal priority',
    [
      [1, prior(50)],
      [2, prior(100)],
      [3, prior(100)],
    ],
    9,
    2,
    3,
  ],
  [
    'a dump with the same priority',
    [
      [1, prior(100)],
      [2, prior(100), 'dump'],
    ],
    9,
    1,
    1,
  ],
  [
    'a dump with another priority',
    [
      [1, prior(50)],
      [2, prior(100), 'dump'],
    ],
    9,
    2,
    2,
  ],
  [
    'a move',
    [
      [1, prior(100)],
      [2, prior(100), 'move'],
    ],
    9,
    1,
    1,
  ],
  [
    'an update at that time',
    [
      [1, prior(100)],
      [2, prior(100)],
    ],
    2,
    1,
    2,
  ],
  [
    'an update behind that time',
    [
      [1, prior(100)],
      [3, prior(100)],
    ],
    2,
    1,
    1,
  ],
  [
    'a change of priority behind that time',
    [
      [1, prior(50)],
      [3, prior(100)],
    ],
    2,
    1,
    1,
  ],
  [
    'a birth behind that time',
    [
      [3, prior(50)],
      [4, prior(100)],
    ],
    2,
    3,
    3,
  ],
] as const satisfies readonly (readonly [string, readonly Told[], number, number, number])[]) {
  test(`the age of a policy: ${what}`, () => {
    const life = lifeOf(told);
    assert.deepEqual(ageOfLife(life, hostOf([life]), BigInt(until)), { placed, inserted, moved: false });
  });
}

test('a dump shows the youngest first; all of it is younger than what came before, and older than what comes then', () => {
  const before = lifeOf([[6, prior(1)]]);
  const dumped = [2, 3, 4].map((priority) => lifeOf([[7, prior(priority), 'dump']]));
  const behind = lifeOf([[8, prior(5)]]);
  const host = hostOf([before, ...dumped, behind]);
  const byAge = [before, ...dumped.toReversed(), behind];
  const ages = byAge.map((life) => ageOfLife(life, host, 9n));
  assert.deepEqual(
    ages.toSorted((one, other) => one.placed - other.placed),
    ages,
  );
  assert.equal(new Set(ages.map(({ placed }) => placed)).size, 5);
  assert.deepEqual(
    ages.map(({ inserted }) => inserted),
    ages.map(({ placed }) => placed),
  );
});

const own = between('192.0.2.0/24', '198.51.100.0/24');

interface Other {
  readonly selector: Selector;
  readonly came?: number;
  readonly until?: number;
  readonly change?: Partial<IpsecPolicy>;
}

/** xfrm_policy_inexact_insert_node and xfrm_policy_inexact_list_reinsert in net/xfrm/xfrm_policy.c. */
for (const [what, moved, { selector, came = 30, until = 90, change }] of [
  ['wider in both ends', true, { selector: between('192.0.0.0/16', '198.51.0.0/16') }],
  ['wider in its source', true, { selector: between('192.0.0.0/16', '10.0.0.0/8') }],
  ['wider in its destination', true, { selector: between('10.0.0.0/8', '198.51.0.0/16') }],
  ['wider by one bit', true, { selector: between('192.0.2.0/23', '198.51.100.0/24') }],
  ['equal to it', false, { selector: { ...own, protocol: 17 } }],
  ['narrower', false, { selector: between('192.0.2.0/28', '198.51.100.0/28') }],
  ['of other networks', false, { selector: between('10.0.0.0/8', '11.0.0.0/8') }],
  ['of another family', false, { selector: between('::/0', '::/0') }],
  ['of another direction', false, { selector: between('0.0.0.0/0', '0.0.0.0/0'), change: { direction: 'fwd' } }],
  ['that came before its update', false, { selector: between('192.0.0.0/16', '198.51.0.0/16'), came: 15 }],
  ['that came at that time', true, { selector: between('192.0.0.0/16', '198.51.0.0/16'), until: 30 }],
  ['that came behind that time', false, { selector: between('192.0.0.0/16', '198.51.0.0/16'), until: 29 }],
] as const satisfies readonly (readonly [string, boolean, Other])[]) {
  test(`the list of an updated policy ${moved ? 'may have been' : 'was not'} sorted anew by one ${what}`, () => {
    const policy = aPolicy({ selector: own });
    const other = lifeOf([[came, aPolicy({ selector, ...change })]]);
    const updated = lifeOf([
      [10, policy],
      [20, { ...policy }],
    ]);
    assert.equal(ageOfLife(updated, hostOf([updated, other]), BigInt(until)).moved, moved);
    const steady = lifeOf([[10, policy]]);
    assert.equal(ageOfLife(steady, hostOf([steady, other]), BigInt(until)).moved, false);
  });
}

/** At which record the policy came that a host has at a time: dumps give what has not changed as one object. */
const cameAt = (policies: readonly Life<IpsecPolicy>[], time: number, policy: IpsecPolicy): number =>
  Math.ceil(agesAt(hostOf(policies), BigInt(time))(policy).placed);

test('a policy that went and came back as it was has the age of its last coming', () => {
  const policy = prior(100);
  const apart = [lifeOf([[10, policy]], 50), lifeOf([[70, policy]])];
  assert.deepEqual(
    [10, 49, 70, 71].map((time) => cameAt(apart, time, policy)),
    [10, 10, 70, 70],
  );
  const atOnce = [lifeOf([[10, policy]], 50), lifeOf([[50, policy]])];
  assert.deepEqual(
    [49, 50, 51].map((time) => cameAt(atOnce, time, policy)),
    [10, 50, 50],
  );
});

test('a policy is what a life has at that time, not what it had or will have', () => {
  const [one, other] = [prior(50), prior(100)];
  const host = [
    lifeOf([
      [10, one],
      [50, other],
    ]),
    lifeOf([
      [20, other],
      [50, one],
    ]),
  ];
  assert.deepEqual([cameAt(host, 30, one), cameAt(host, 30, other)], [10, 20]);
  const ages = agesAt(hostOf(host), 50n);
  assert.deepEqual([ages(other).placed, ages(one).placed], [50, 49.5]);
});

test('a policy that comes later has no age yet, and hides none', () => {
  const policy = prior(100);
  assert.equal(cameAt([lifeOf([[70, prior(50)]]), lifeOf([[10, policy]])], 20, policy), 10);
});
