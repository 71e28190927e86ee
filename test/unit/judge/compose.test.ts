import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeVerdict } from '../../../src/judge/compose.ts';
import { issueKinds, issueOf, upstreamOf, type WeightedKind } from '../../../src/model/issue-kinds.ts';
import { packetWords } from '../../../src/model/verdict.ts';
import { verdictWords } from '../../../src/model/words.ts';

const packets = Object.fromEntries(packetWords.map((word) => [word, 0])) as Record<
  (typeof packetWords)[number],
  number
>;
const facts = { summary: { pairs: 0, packets, halfOpen: [] }, issues: [] };

function verdictOn(...kinds: readonly WeightedKind[]) {
  return composeVerdict({
    issues: kinds.map((kind) => issueOf(kind, { message: kind })),
    facts,
    upstream: ({ issues }) => upstreamOf(issues.map(({ kind }) => kind)),
  });
}

const all = Object.keys(issueKinds) as (keyof typeof issueKinds)[];
const weighted = all.filter((kind): kind is WeightedKind => issueKinds[kind].word !== undefined);
const has = (property: 'gap' | 'fromAbsence' | 'foremost') => weighted.filter((kind) => property in issueKinds[kind]);

test('without a gap a verdict has the word of its heaviest issue, which stands first unless another may be its cause', () => {
  for (const a of weighted.filter((kind) => !has('gap').includes(kind))) {
    for (const b of weighted.filter((kind) => !has('gap').includes(kind))) {
      const { word, issues } = verdictOn(a, b);
      const words = [issueKinds[a].word, issueKinds[b].word].map((one) => verdictWords.indexOf(one));
      assert.equal(word, verdictWords[Math.min(...words)]);
      const causes = [a, b].filter((kind) => has('foremost').includes(kind));
      if (causes.length === 1) assert.equal(issues[0]?.kind, causes[0]);
      else assert.equal(issues[0]?.word, word);
    }
  }
});

test('deaths, assertions and faults of the kernel stand before what they may have caused', () => {
  const crashes = [
    'ASSERTION',
    'CORE',
    'SEGFAULT',
    'GPFAULT',
    'KERNEL',
    'died',
    'daemon-ended',
    'assertion-failed',
    'daemon-fatal',
  ];
  assert.deepEqual(has('foremost'), [...crashes, 'memory-error', 'kernel-fault']);
  const { word, issues } = verdictOn('TIMEOUT', 'output-different', 'expectation-failed', 'died', 'cleartext');
  assert.equal(word, 'timeout');
  assert.deepEqual(
    issues.map(({ kind }) => kind),
    ['died', 'TIMEOUT', 'cleartext', 'expectation-failed', 'output-different'],
  );
});

test('beside a gap a finding keeps its word if it is at least major; anything less is unresolved, and so is nothing', () => {
  assert.ok(has('gap').length > 0);
  for (const gap of has('gap')) {
    assert.equal(verdictOn(gap).word, 'unresolved');
    for (const kind of weighted.filter((one) => !has('fromAbsence').includes(one))) {
      const found = issueKinds[kind].word;
      const stands = verdictWords.indexOf(found) <= verdictWords.indexOf('major');
      for (const order of [
        [gap, kind],
        [kind, gap],
      ]) {
        const { word, issues } = verdictOn(...order);
        assert.equal(word, stands ? found : 'unresolved', `${gap} and ${kind}`);
        if (!has('foremost').includes(kind)) assert.equal(issues[0]?.word, word);
        assert.equal(issues.length, 2);
      }
    }
  }
});

test('what was found since something was not there is not known beside a gap', () => {
  assert.deepEqual(has('fromAbsence').sort(), ['check-clear', 'replay-accepted']);
  for (const kind of has('fromAbsence')) {
    assert.equal(verdictOn(kind).word, 'major');
    assert.equal(verdictOn(kind, 'evidence-lost').word, 'unresolved');
    assert.equal(verdictOn(kind, 'evidence-lost', 'half-open').word, 'major');
    assert.equal(verdictOn('output-different', kind, 'evidence-lost').word, 'unresolved');
  }
});

test('libreswan’s resolution is unresolved for a gap alone, and failed where its own judgement finds something', () => {
  assert.equal(verdictOn('evidence-lost').upstream, 'unresolved');
  assert.equal(verdictOn('evidence-lost', 'half-open').upstream, 'unresolved');
  assert.equal(verdictOn('evidence-lost', 'CORE').upstream, 'failed');
  assert.equal(verdictOn('evidence-lost', 'CORE', 'output-missing').upstream, 'unresolved');
});
