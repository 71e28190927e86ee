import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckOutcome } from '../../../../src/model/check-outcomes.ts';
import { outcomeOf } from '../../../../src/suites/strongswan/check-outcomes.ts';
import type { CheckEvidence } from '../../../../src/suites/strongswan/judge.ts';

function check(change: Partial<CheckEvidence>): CheckEvidence {
  const place = { host: 'moon', command: 'swanctl --list-sas', file: 'evaltest.dat', line: 3 };
  const asked = { step: 0, pattern: 'ESTABLISHED', hit: 'YES', weight: 'major' } as const;
  return { ...place, ...asked, output: '', errors: '', found: { lines: [] }, ...change };
}

type Row = readonly [title: string, change: Partial<CheckEvidence>, outcome: CheckOutcome['outcome'], texts: string];

const rows: readonly Row[] = [
  ['a line that is there', { found: { lines: ['a'] } }, 'holds', 'a line with ESTABLISHED | a'],
  ['a line that is missing', {}, 'fails', 'a line with ESTABLISHED | no line'],
  ['a line that must not be there', { hit: 'NO', found: { lines: ['a'] } }, 'fails', 'no line with ESTABLISHED | a'],
  [
    'more lines than are kept',
    { hit: 4, found: { lines: ['a', 'b', 'c', 'd'] } },
    'holds',
    '4 lines with ESTABLISHED | a\nb\nc\n… 4 lines in all',
  ],
  [
    'a check that the suite does not count',
    { hit: 'never' },
    'holds',
    'anything, the suite does not count it: ESTABLISHED | no line',
  ],
  [
    'a command that did not end',
    { output: undefined },
    'undecided',
    'a line with ESTABLISHED | the command did not end',
  ],
  [
    'a pattern that grep refuses',
    { found: { problem: 'Unmatched [' } },
    'undecided',
    'a line with ESTABLISHED | grep takes no such pattern',
  ],
  ['bytes of UTF-8', { pattern: '\xc3\xbc', found: { lines: ['\xc3\xbc\xff'] } }, 'holds', 'a line with ü | ü\ufffd'],
];
for (const [title, change, outcome, texts] of rows) {
  test(`the outcome of a check: ${title}`, () => {
    const found = outcomeOf(check(change), 7n);
    assert.equal(found.outcome, outcome);
    assert.equal(`${found.expected} | ${found.received}`, texts);
    const { host, asked, file, line, time } = found;
    assert.deepEqual([host, asked, file, line, time], ['moon', 'swanctl --list-sas', 'evaltest.dat', 3, '7']);
  });
}

test('what the driver looks at after every test stands in no line, and a command that was never typed has no time', () => {
  const found = outcomeOf(check({ line: 0 }), undefined);
  assert.ok(!('line' in found) && !('time' in found));
});
