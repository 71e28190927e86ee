import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../../../../src/evidence/attempt/losses.ts';
import type { Check, Matcher } from '../../../../src/model/checks.ts';
import { checksWithoutEvents } from '../../../../src/suites/scenarios/lost-events.ts';

/** Events of west were lost between seconds 2 and 5, which was noticed at 3. */
const loss: Loss = { what: 'xfrm-events', host: 'west', time: 3n, text: 'lost xfrm-events' };
const moment = (time: bigint) => ({ time, sequence: Number(time) });
const gaps = [{ from: moment(2n), to: moment(5n) }];
const lost = {
  losses: [loss],
  timeline: {
    hosts: [
      { host: 'west', gaps },
      { host: 'east', gaps: [] },
    ],
  },
} as unknown as Parameters<typeof checksWithoutEvents>[1];

type Row = readonly [matcher: Matcher, expected: string, host: string, time: string, told: boolean];

const rows: readonly Row[] = [
  ['toSeeXfrm', 'not an event expire', 'west', '9', true],
  ['toSeeXfrm', '1 event expire hard true', 'west', '9', true],
  ['toSeeXfrm', 'not an event expire', 'west', '2', false],
  ['toSeeXfrm', 'not an event expire', 'east', '9', false],
  // What was seen was seen.
  ['toSeeXfrm', 'an event expire', 'west', '9', false],
  // These come from a file of the host's.
  ['toSeeXfrm', 'not an event acquire', 'west', '9', false],
  ['toHaveSa', 'not an SA with protocol esp', 'west', '4', true],
  ['toHavePolicy', '2 policies with direction out', 'west', '4', true],
  ['toHaveIpsecSas', '0 IPsec SAs', 'west', '4', true],
  // The next dump shows them again.
  ['toHaveSa', 'not an SA with protocol esp', 'west', '6', false],
  ['toHaveSa', 'not an SA with protocol esp', 'west', '1', false],
  ['toHaveSa', 'not an SA with protocol esp', 'east', '4', false],
  // Both ends are looked at, whichever is asked.
  ['traffic', 'traffic through net', 'east', '4', true],
  ['traffic', 'traffic through net', 'east', '6', false],
  ['toReach', 'not to reach east', 'west', '4', false],
];

for (const [matcher, expected, host, time, told] of rows) {
  test(`${host}, ${expected} at ${time}: ${told ? 'depends on what is lost' : 'is known'}`, () => {
    const origin = { file: 'a.scenario.ts', line: 7 };
    const check: Check = { matcher, host, expected, received: '', passed: true, time, waited: '0', origin };
    const issues = checksWithoutEvents([check], lost);
    assert.deepEqual(
      issues.map(({ kind, word, file, line }) => [kind, word, file, line]),
      told ? [['events-lost', 'unresolved', 'a.scenario.ts', 7]] : [],
    );
  });
}
