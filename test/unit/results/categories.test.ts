import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryOf, issueCategories } from '../../../src/model/issue-categories.ts';
import { issueKinds } from '../../../src/model/issue-kinds.ts';
import { categoriesOf, categoryCounts } from '../../../src/results/categories.ts';

function of(...kinds: string[]): { readonly issues: readonly { readonly kind: string }[] } {
  return { issues: kinds.map((kind) => ({ kind })) };
}

test('a test counts once for each category that its issues have, in the order of the table', () => {
  assert.deepEqual(categoriesOf(of('LEAK', 'died', 'CORE', 'memory-leak')), ['core', 'memory-leak']);
  assert.deepEqual(categoryCounts([of('output-different', 'LEAK'), of('output-whitespace'), of(), of('unsupported')]), [
    ['differing-output', 2],
    ['memory-leak', 1],
  ]);
});

test('a kind of another version is counted, also where it has the name of something that objects have', () => {
  assert.deepEqual(categoryCounts([of('of-tomorrow'), of('constructor'), of('half-open')]), [
    ['differing-sa', 1],
    ['other', 2],
  ]);
});

test('every category but the one for other versions has a kind', () => {
  const used = new Set(Object.keys(issueKinds).map(categoryOf));
  assert.deepEqual(
    Object.keys(issueCategories).filter((one) => !used.has(one as never)),
    ['other'],
  );
});

test('harness trouble is never counted as a fault of what is tested', () => {
  for (const [kind, { word }] of Object.entries(issueKinds)) {
    if (word !== 'unresolved') continue;
    assert.ok(['harness', 'test-files'].includes(categoryOf(kind) ?? ''), kind);
  }
  for (const [kind, { word }] of Object.entries(issueKinds)) {
    if (categoryOf(kind) === 'harness') assert.equal(word, 'unresolved', kind);
  }
});
