import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueKindGroups, issueKinds, issueOf, meaningOfKind, upstreamOf } from '../../../src/model/issue-kinds.ts';
import { verdictOf, verdictSchema } from '../../../src/model/verdict.ts';
import { resultOf } from '../../../src/results/results.ts';

test('every kind stands in one group', () => {
  const kinds = Object.values(issueKindGroups).flatMap((group) => Object.keys(group));
  assert.deepEqual(kinds.toSorted(), Object.keys(issueKinds).toSorted());
  assert.equal(new Set(kinds).size, kinds.length);
});

test('a misspelt kind does not compile, and makes no issue', () => {
  // @ts-expect-error: not in the table
  assert.throws(() => issueOf('half-opne', { message: 'x' }));
  // @ts-expect-error: its word is that of the result
  assert.equal(issueOf('depends-on-chance', { message: 'x' }).word, undefined);
});

test('a stored kind that this version does not know keeps its word, and is no pass', () => {
  for (const kind of ['something new', 'constructor', '__proto__']) {
    assert.equal(meaningOfKind(kind), undefined);
    assert.equal(upstreamOf(['output-different', kind]), 'unresolved');
    const stored = {
      ...verdictOf(issueOf('half-open', { message: 'x' })),
      issues: [{ kind, word: 'major', message: 'x' }],
    };
    const verdict = verdictSchema.parse(JSON.parse(JSON.stringify(stored)));
    assert.deepEqual(verdict.issues, stored.issues);
    const entry = { suite: 's', name: 'n', status: 'good', hosts: [] };
    const result = resultOf(entry, [{ attempt: 0, verdict }]);
    assert.deepEqual([result?.word, result?.expected, result?.issues], ['major', false, stored.issues]);
  }
});

test('a stored word that this version does not know is an error', () => {
  const stored = { ...verdictOf(issueOf('half-open', { message: 'x' })), word: 'fine' };
  assert.throws(() => verdictSchema.parse(stored));
});
