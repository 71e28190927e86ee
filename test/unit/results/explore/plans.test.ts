import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOf } from '../../../../src/model/verdict.ts';
import type { ExploredMessage } from '../../../../src/results/explore/messages.ts';
import { faultKinds, faultsOf, pairsBehind, planText, rankOf, rulesOf } from '../../../../src/results/explore/plans.ts';
import { violationOf } from '../../../../src/results/explore/violation.ts';

const message = (exchange: string, time: bigint, messageId = 0): ExploredMessage => ({
  link: 'wan',
  from: 'east',
  time,
  exchange,
  text: `${exchange} response ${messageId} of east`,
  match: { kind: 'ike', exchange: 35, messageId, response: true },
});
const init = message('IKE_SA_INIT', 1n);
const auth = message('IKE_AUTH', 2n, 1);
const rekey = message('CREATE_CHILD_SA', 3n, 2);

test('every kind is tried on every message, those around rekeys and deletes first', () => {
  const faults = faultsOf([init, auth, rekey], ['drop', 'delay']);
  assert.deepEqual(
    faults.map((fault) => planText([fault])),
    [
      'drop CREATE_CHILD_SA response 2 of east',
      'delay CREATE_CHILD_SA response 2 of east',
      'drop IKE_AUTH response 1 of east',
      'delay IKE_AUTH response 1 of east',
      'drop IKE_SA_INIT response 0 of east',
      'delay IKE_SA_INIT response 0 of east',
    ],
  );
});

test('a second fault meets the message of the first again, or a later one', () => {
  const pairs = pairsBehind({ kind: 'drop', message: auth }, [init, auth, rekey], ['drop']);
  assert.deepEqual(pairs.map(planText), [
    'drop IKE_AUTH response 1 of east, then drop CREATE_CHILD_SA response 2 of east',
    'drop IKE_AUTH response 1 of east, then drop IKE_AUTH response 1 of east',
  ]);
  assert.equal(planText([]), 'no fault');
});

test('a plan becomes a rule for each fault, which acts once', () => {
  const rules = rulesOf([{ kind: 'corrupt', message: auth }]);
  assert.deepEqual(rules, [
    { link: 'wan', from: 'east', match: auth.match, nth: 1, times: 1, action: faultKinds.corrupt },
  ]);
});

test('failures are told apart by what they violate, not by numbers in it', () => {
  const of = (text: string, host = 'west') =>
    violationOf(verdictOf({ kind: 'check-sas', word: 'major', host, message: text }));
  assert.equal(
    of('expected 2 IPsec SAs, received 0 after 60.2 s'),
    of('expected 2 IPsec SAs, received 0 after 61.9 s'),
  );
  assert.equal(of('SA 0xc1 is half-open'), of('SA 0xc2aa is half-open'));
  assert.notEqual(of('expected 2 IPsec SAs'), of('expected 2 IPsec SAs', 'east'));
  for (const word of ['passed', 'minor', 'unresolved', 'unsupported'] as const)
    assert.equal(violationOf(verdictOf({ kind: 'x', word, message: '' })), undefined);
});

test('a failure is called by its heaviest issues, each once, in one order', () => {
  const issues = [
    { kind: 'b', word: 'major', message: 'spi 0xc0ff of 10.1.0.1 at 7' },
    { kind: 'a', word: 'major', host: 'west', message: 'x' },
    { kind: 'a', word: 'major', host: 'west', message: 'x' },
    { kind: 'c', word: 'minor', message: 'y' },
  ] as const;
  const verdict = { ...verdictOf(issues[0]), issues };
  assert.equal(violationOf(verdict), 'major: a west x; b  spi N of N at N');
  for (const word of ['livelock', 'timeout', 'crash', 'leak', 'major'] as const)
    assert.equal(violationOf(verdictOf({ kind: 'k', word, message: 'm' })), `${word}: k  m`);
});

test('what each kind does, and how suspicious each exchange is', () => {
  assert.deepEqual(faultKinds, {
    drop: { kind: 'drop' },
    duplicate: { kind: 'duplicate', copies: 1, after: '2000000000' },
    delay: { kind: 'delay', by: '30000000000' },
    reorder: { kind: 'reorder', within: '30000000000' },
    corrupt: { kind: 'change', edits: [{ kind: 'draw', seed: 1, bits: 1 }] },
  });
  const names = [
    'CREATE_CHILD_SA',
    'INFORMATIONAL',
    'IKE_FOLLOWUP_KE',
    'IKE_INTERMEDIATE',
    'IKE_AUTH',
    'IKE_SA_INIT',
    'Quick Mode',
  ];
  const ranks = names.map((name) => rankOf({ kind: 'drop', message: message(name, 1n) }));
  assert.deepEqual(ranks, [0, 10, 20, 30, 40, 50, 60]);
  const kinds = (['drop', 'duplicate', 'delay', 'reorder', 'corrupt'] as const).map((kind) =>
    rankOf({ kind, message: init }),
  );
  assert.deepEqual(kinds, [50, 51, 52, 53, 54]);
  const early = faultsOf([rekey, { ...rekey, text: 'second' }], ['drop']).map((fault) => fault.message.text);
  assert.deepEqual(early, [rekey.text, 'second']);
});
