import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedText } from '../../../../src/suites/scenarios/expected-text.ts';

for (const [stored, shown] of [
  ['not packets in clear to 10.2.0.0/24', 'no packets in clear to 10.2.0.0/24'],
  ['packets in clear on wan', 'packets in clear on wan'],
  ['not a log line with not a word', 'no log line with not a word'],
  ['not 2 IPsec SAs', 'not 2 IPsec SAs'],
  ['not to reach east', 'not to reach east'],
] as const) {
  test(`a check that expected ${stored} is shown as ${shown}`, () => assert.equal(expectedText(stored), shown));
}
