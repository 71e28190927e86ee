import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioResult } from '../../../../src/model/results.ts';
import { summaryText } from '../../../../src/report/terminal/summary.ts';

type AttemptResult = ScenarioResult['attempts'][number];

/** What is told of a failed test by its attempt. */
function told(attempt: Partial<AttemptResult>, more: Partial<ScenarioResult> = {}): string {
  const result: ScenarioResult = {
    suite: 'examples',
    name: 'psk',
    status: 'good',
    hosts: ['east', 'west'],
    word: 'major',
    upstream: 'failed',
    expected: false,
    adapted: [],
    passesOnlyAdapted: false,
    issues: [{ kind: 'half-open', word: 'major', message: 'no other host has the SA' }],
    attempts: [{ attempt: 0, word: 'major', ...attempt }],
    ...more,
  };
  const totals = { major: 1 };
  const results = {
    version: 1,
    run: 'r',
    complete: true,
    totals,
    passedAdapted: 0,
    results: [result],
    pending: [],
  } as const;
  return summaryText({ results, dir: '/runs/r', interrupted: false, rerun: { options: [], paths: {} } });
}

test('a failure says for how long leaks were not searched for', () => {
  assert.match(
    told({ blind: { ns: 11_250_000, events: 3 } }),
    /no other host has the SA\n {3}not searched for leaks: 11\.3 virtual ms around 3 changes of policies\n {3}files: /,
  );
  assert.match(told({ blind: { ns: 100, events: 1 } }), /leaks: 0\.0 virtual ms around 1 change of policies\n/);
  assert.doesNotMatch(told({}), /searched/);
});

test('of a tolerated fault with a long command both ends are shown', () => {
  const tolerated = [
    { kind: 'half-open', word: 'major', message: `${'ab'.repeat(1000)} has the SA`, why: 'by hand', host: 'west' },
  ] as const;
  const line = /^tolerated: .*$/m.exec(told({}, { tolerated }))?.[0] ?? '';
  assert.match(line, /^tolerated: examples:psk: west: (ab)+ … [ab]+ has the SA \(by hand\)$/);
  assert.ok(line.length < 500, `${line.length} characters`);
});
