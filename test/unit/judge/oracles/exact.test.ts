import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpsecPolicy } from '../../../../src/evidence/ipsec.ts';
import { bytes, concat, ipv4 } from '../../evidence/build.ts';
import { anSa, aPolicy, aSelector } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, installed, leaks, removed, type Step, seen, toPeer } from './evidence.ts';

/** One step of the lab's clock, in milliseconds: what a look at the clock costs. */
const step = 0.000256;
const ping = ipv4(1, concat([Uint8Array.of(8, 0), bytes('0000 0001 0001 61626364')]));
const protect = aPolicy({ selector: toPeer, priority: 100 });
const other = aPolicy({ selector: { ...toPeer, source: { address: '203.0.113.0', prefix: 24 } }, priority: 100 });

const bypass = aPolicy({
  selector: { ...toPeer, source: { address: '192.0.2.1', prefix: 32 } },
  priority: 1,
  templates: [],
});

/** Messages of what a ping at a time is, where events have the time of their making. */
const told = (steps: readonly Step[], at: number): string[] =>
  leaks(evidenceOf({ steps, frames: [seen(at, ping)], exact: true })).map(({ issue }) => issue.message);

/** A policy is away for half a millisecond. */
function hole(policy: IpsecPolicy): [Step, Step] {
  return [
    [200, 'west', removed(policy)],
    [200.5, 'west', installed(policy)],
  ];
}

const standing: readonly [Step, Step] = [
  [100, 'west', installed(protect)],
  [200, 'west', removed(protect)],
];
const rekeyed: readonly Step[] = [...standing, [200.5, 'west', installed(protect)]];

for (const [what, steps, at, count] of [
  ['one step before the installation', standing, 100 - step, 0],
  ['with the installation', standing, 100, 1],
  ['one step behind the installation', standing, 100 + step, 1],
  ['one step before the removal', standing, 200 - step, 1],
  ['with the removal', standing, 200, 0],
  ['one step behind the removal', standing, 200 + step, 0],
  ['between the removal and the new add of a rekey', rekeyed, 200 + step, 1],
  ['one step before the new add of a rekey', rekeyed, 200.5 - step, 1],
  ['long behind a rekey', rekeyed, 900, 1],
  ['in the hole of a policy that a stronger one bypasses', [[50, 'west', installed(bypass)], ...rekeyed], 200.1, 0],
  ['where another policy is added', [...standing, [200.5, 'west', installed(other)]], 200.1, 0],
  ['where another host adds it', [...standing, [200.5, 'east', installed(protect)]], 200.1, 0],
] as const satisfies readonly (readonly [string, readonly Step[], number, number])[]) {
  test(`a frame in clear is ${count === 0 ? 'no' : 'a'} leak ${what}`, () => {
    assert.equal(told(steps, at).length, count);
  });
}

/** Lets everything pass, by a list of its own. */
const open = aPolicy({ selector: aSelector(), priority: 100, templates: [] });

for (const [what, steps, count] of [
  [
    'that was older than a bypass of equal priority',
    [standing[0], [150, 'west', installed(open)], ...hole(protect)],
    1,
  ],
  ['that was younger than it', [[50, 'west', installed(open)], standing[0], ...hole(protect)], 0],
  ['that does not choose the frame', [[100, 'west', installed(other)], ...hole(other)], 0],
] as const satisfies readonly (readonly [string, readonly Step[], number])[]) {
  test(`a frame in the hole of a policy ${what} is ${count === 0 ? 'no' : 'a'} leak`, () => {
    assert.equal(told(steps, 200.1).length, count);
  });
}

test('a leak through a hole says for how long the policy was away', () => {
  const twice: Step[] = [...rekeyed, [300, 'west', removed(protect)], [301, 'west', installed(protect)]];
  for (const steps of [rekeyed, twice]) {
    assert.match(told(steps, 200.1)[0] ?? '', /was removed and added again, 0\.5 ms later$/);
  }
});

for (const [what, commands, count] of [
  ['no command begins meanwhile', [[150, 'ipsec whack --rekey-child']], 1],
  ['a command begins one step before the removal', [[200 - step, 'sleep 9', 'east']], 1],
  ['a command begins with the removal, which is not its doing', [[200, 'ipsec up x', 'east']], 1],
  ['a command begins one step behind the removal', [[200 + step, 'ipsec up x', 'east']], 0],
  ['a command begins with the new add', [[200.5, 'ipsec up x']], 0],
  ['a command begins one step behind the new add', [[200.5 + step, 'ipsec up x']], 1],
] as const) {
  test(`a frame in the hole of a policy is ${count === 0 ? 'no' : 'a'} leak where ${what}`, () => {
    const story = { frames: [seen(200.1, ping)], exact: true, commands };
    assert.equal(leaks(evidenceOf({ ...story, steps: rekeyed })).length, count);
    // The records of events may come behind that of a command's end.
    const [add, remove, again] = rekeyed as [Step, Step, Step];
    const late: Step[] = [add, remove, [200.6, 'east', 'command'], again];
    assert.equal(leaks(evidenceOf({ ...story, steps: late })).length, count);
  });
}

test('with the policy there it is a leak whether an SA is there or between two', () => {
  const steps: Step[] = [
    [100, 'west', installed(protect)],
    [101, 'west', added(anSa())],
    [150, 'west', deleted(anSa())],
    [150.1, 'west', added(anSa({ spi: 7 }))],
  ];
  assert.equal(told(steps, 150.05).length, 1);
});

test('a hole is seen only where the times of events are exact', () => {
  assert.equal(leaks(evidenceOf({ steps: rekeyed, frames: [seen(200.1, ping)] })).length, 0);
});

test('a frame is a leak exactly while the policy stands, wherever it is in time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_200_000 }), (steps) => {
      const at = (steps * 256) / 1e6;
      const expected = at >= 100 && at < 200 ? 1 : 0;
      assert.equal(told(standing, at).length, expected);
    }),
  );
});
