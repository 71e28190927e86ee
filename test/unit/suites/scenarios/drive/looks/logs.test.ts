import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedDeath } from '../../../../../../src/evidence/records/decode.ts';
import { deathCondition, orderLook } from '../../../../../../src/suites/scenarios/drive/looks/logs.ts';
import type { MatcherInputs } from '../../../../../../src/suites/scenarios/drive/looks/looking.ts';

type Case = readonly [
  what: string,
  found: readonly (readonly number[])[],
  forbidden: readonly number[],
  received: string | true,
];

const cases: readonly Case[] = [
  ['in order', [[3], [5], [9]], [], true],
  [
    'again and again',
    [
      [3, 7],
      [2, 8],
    ],
    [],
    true,
  ],
  ['the second before the first', [[3], [2]], [], 'no line with "b" behind the one before'],
  ['the first is missing', [[], [2]], [], 'no line with "a"'],
  ['one line is not behind itself', [[4], [4]], [], 'no line with "b" behind the one before'],
  ['disturbed', [[3], [9]], [5], 'lines 3, 9 of the log, and line 5 between them'],
  [
    'disturbed the first time only',
    [
      [3, 10],
      [9, 12],
    ],
    [5],
    true,
  ],
  ['what is forbidden stands outside', [[3], [9]], [2, 9, 10], true],
  ['the third is behind the first only', [[1], [5], [4]], [], 'no line with /c/i behind the one before'],
];

for (const [what, found, forbidden, received] of cases) {
  test(`lines in order: ${what}`, () => {
    const look = orderLook(['a', 'b', /c/i].slice(0, found.length), found, forbidden);
    assert.equal(look.holds, received === true, look.received);
    if (received !== true) assert.equal(look.received, received);
  });
}

test('a daemon that forked into the background has died, what it forked for a task has not', async () => {
  const death: RecordedDeath = { program: 'pluto', pid: 8, parent: 1, signal: 6, status: 0, core: true, forked: true };
  const holds = async (change: Partial<RecordedDeath>): Promise<boolean> => {
    const inputs = { host: { name: 'west' }, stepper: { deaths: () => [{ ...death, ...change }] } };
    const condition = deathCondition(inputs as unknown as MatcherInputs, { program: 'pluto', signal: 6 });
    return (await condition.look({ file: 'x.scenario.ts', line: 1 })).holds === true;
  };
  assert.equal(await holds({}), true);
  assert.equal(await holds({ parent: 7, forked: false }), true);
  assert.equal(await holds({ parent: 7 }), false);
  assert.equal(await holds({ signal: 11 }), false);
});
