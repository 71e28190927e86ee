import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeFacts } from '../../../src/judge/oracles/judge-facts.ts';
import { tolerating } from '../../../src/judge/tolerating.ts';
import { issueOf } from '../../../src/model/issue-kinds.ts';
import type { Tolerance } from '../../../src/model/tolerance.ts';
import { evidenceOf } from './oracles/evidence.ts';
import { boundary, inward } from './oracles/pair-story.ts';

const issue = issueOf('half-open', { host: 'east', message: 'no other host has it', excerpt: 'esp 0x1234' });
const declared = (more: Partial<Tolerance>): Tolerance => ({ what: 'half-open', why: 'iked keeps it', ...more });

const cases: readonly (readonly [what: string, tolerance: Tolerance, tolerated: boolean])[] = [
  ['its kind', declared({}), true],
  ['its host', declared({ host: 'east' }), true],
  ['its message', declared({ text: 'other host' }), true],
  ['its excerpt', declared({ text: '0x1234' }), true],
  ['another kind', declared({ what: 'died' }), false],
  ['another host', declared({ host: 'west' }), false],
  ['another text', declared({ text: 'other hosts' }), false],
  ['its host and another text', declared({ host: 'east', text: '0x12345' }), false],
];
for (const [what, tolerance, expected] of cases) {
  test(`a tolerance that names ${what} ${expected ? 'covers' : 'does not cover'} an issue`, () => {
    assert.deepEqual(
      tolerating([issue], [declared({ what: 'died' }), tolerance, declared({ host: 'nic', why: 'another' })]),
      expected ? { issues: [], tolerated: [{ ...issue, why: 'iked keeps it' }] } : { issues: [issue], tolerated: [] },
    );
  });
}

test('declared issues do not use up the places of those that are not', () => {
  const sas = [1, 2, 3, 4, 5, 6, 7].map((spi) => inward({ spi }));
  const steps = [...boundary(100, { west: sas }), ...boundary(90_000, { west: sas })];
  const last = declared({ text: '0x00000007', why: 'the last one' });
  const first = [1, 2, 3, 4, 5, 6].map((spi) => declared({ text: `0x0000000${spi}`, why: `number ${spi}` }));
  const kinds = (tolerances: readonly Tolerance[]): unknown => {
    const { issues, tolerated } = judgeFacts(evidenceOf({ steps }), tolerances);
    return [issues.filter(({ kind }) => kind === 'half-open').length, tolerated.map(({ why }) => why)];
  };
  assert.deepEqual(kinds([]), [5, []]);
  assert.deepEqual(kinds([last]), [5, ['the last one']]);
  assert.deepEqual(kinds(first), [1, ['number 1', 'number 2', 'number 3', 'number 4', 'number 5']]);
  assert.deepEqual(kinds([...first, last]), [0, ['number 1', 'number 2', 'number 3', 'number 4', 'number 5']]);
});
