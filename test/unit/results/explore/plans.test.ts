import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Issue, verdictOf } from '../../../../src/model/verdict.ts';
import type { ExploredMessage } from '../../../../src/results/explore/messages.ts';
import {
  faultKinds,
  faultsOf,
  pairRank,
  pairsBehind,
  planText,
  rankOf,
  rulesOf,
} from '../../../../src/results/explore/plans.ts';
import { violationOf } from '../../../../src/results/explore/violation.ts';

const message = (exchange: string, copies: bigint | readonly bigint[], messageId = 0): ExploredMessage => ({
  link: 'wan',
  from: 'east',
  copies: typeof copies === 'bigint' ? [copies] : copies,
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

test('a second fault meets what is sent behind the first one: a later message, or a retransmission', () => {
  const first = { kind: 'drop', message: auth, copy: 1 } as const;
  const texts = (messages: readonly ExploredMessage[]) => pairsBehind(first, messages, ['drop']).map(planText);
  assert.deepEqual(texts([init, auth, rekey]), [
    'drop IKE_AUTH response 1 of east, then drop CREATE_CHILD_SA response 2 of east',
  ]);
  const again = [message('IKE_SA_INIT', [1n, 3n]), message('IKE_AUTH', [2n, 6n, 9n], 1)];
  assert.deepEqual(texts(again), [
    'drop IKE_AUTH response 1 of east, then drop IKE_SA_INIT response 0 of east (copy 2)',
    'drop IKE_AUTH response 1 of east, then drop IKE_AUTH response 1 of east (copy 2)',
  ]);
  assert.equal(planText([]), 'no fault');
});

test('behind a reordered message the next one of its sender is passed on with it', () => {
  const west = { ...message('INFORMATIONAL', 3n, 7), from: 'west' };
  const first = { kind: 'reorder', message: auth, copy: 1 } as const;
  assert.deepEqual(
    pairsBehind(first, [init, auth, west, { ...rekey, copies: [4n] }, message('IKE_SA_INIT', [1n, 9n])], ['drop']).map(
      planText,
    ),
    [
      'reorder IKE_AUTH response 1 of east, then drop INFORMATIONAL response 7 of east',
      'reorder IKE_AUTH response 1 of east, then drop IKE_SA_INIT response 0 of east (copy 2)',
    ],
  );
});

test('a rule counts no copy that the rule of the same message before it has met', () => {
  const nths = (...copies: readonly [ExploredMessage, number][]) =>
    rulesOf(copies.map(([one, copy]) => ({ kind: 'drop', message: one, copy }))).map(({ nth }) => nth);
  assert.deepEqual(nths([auth, 1], [auth, 2]), [1, 1]);
  assert.deepEqual(nths([auth, 1], [auth, 3]), [1, 2]);
  assert.deepEqual(nths([auth, 1], [rekey, 2]), [1, 2]);
  assert.deepEqual(nths([auth, 2]), [2]);
});

test('pairs come first whose faults are suspicious and near to each other', () => {
  const late = message('CREATE_CHILD_SA', 30n, 5);
  const messages = [init, auth, rekey, message('INFORMATIONAL', [10n, 20n], 3), late];
  const rank = (one: ExploredMessage, other: ExploredMessage) =>
    pairRank(
      [one, other].map((of) => ({ kind: 'drop', message: of, copy: 1 })),
      messages,
    );
  assert.equal(rank(rekey, messages[3] as ExploredMessage), 10);
  assert.equal(rank(rekey, late), 4);
  assert.equal(rank(init, auth), 110);
  assert.equal(pairRank([], messages), Number.POSITIVE_INFINITY);
});

test('a plan becomes a rule for each fault, which acts once', () => {
  const rules = rulesOf([{ kind: 'corrupt', message: auth, copy: 1 }]);
  assert.deepEqual(rules, [
    { link: 'wan', from: 'east', match: auth.match, nth: 1, times: 1, action: faultKinds.corrupt },
  ]);
});

test('failures are told apart by what they violate, not by how often, where and with which SPIs', () => {
  const of = (kind: string, text: string, host = 'west') =>
    violationOf(verdictOf({ kind, word: 'major', host, message: text }));
  assert.equal(of('half-open', 'SA 0xc1 is half-open'), of('half-open', 'SA 0xc2aa is half-open', 'east'));
  assert.equal(of('check-sas', 'expected 2 IPsec SAs, received 0'), of('check-sas', 'expected 1 IKE SA', 'east'));
  assert.notEqual(of('check-sas', 'x'), of('no-traffic', 'x'));
  // Two crashes have two causes.
  const died = (message: string) => violationOf(verdictOf({ kind: 'died', word: 'crash', host: 'west', message }));
  assert.equal(died('pluto 12: signal 6 at 0xc1'), died('pluto 13: signal 6 at 0xc2'));
  assert.notEqual(died('pluto: assertion a'), died('pluto: assertion b'));
  for (const word of ['passed', 'minor', 'unresolved', 'unsupported'] as const)
    assert.equal(violationOf(verdictOf({ kind: 'x', word, message: '' })), undefined);
});

test('what oracles find decides, and else the first check of the test that failed', () => {
  const check = (line: number, kind = 'check-sas') =>
    ({ kind, word: 'major', file: 'a.scenario.ts', line, message: `${line}` }) as const;
  const open = { kind: 'half-open', word: 'major', message: 'x' } as const;
  const of = (...issues: readonly [Issue, ...Issue[]]) => violationOf({ ...verdictOf(issues[0]), issues: [...issues] });
  assert.equal(of(open, check(7)), of(open, check(9), check(10)));
  assert.equal(of(check(7), check(9)), of(check(7), check(11)));
  assert.notEqual(of(check(7)), of(check(9)));
  assert.notEqual(of(check(7)), of(open, check(7)));
});

test('a failure is called by the kinds of its heaviest issues, each once, in one order', () => {
  const issues = [
    { kind: 'b', word: 'major', message: 'spi 0xc0ff of 10.1.0.1 at 7' },
    { kind: 'a', word: 'major', host: 'west', message: 'x' },
    { kind: 'a', word: 'major', host: 'west', message: 'x' },
    { kind: 'c', word: 'minor', message: 'y' },
  ] as const;
  const verdict = { ...verdictOf(issues[0]), issues };
  assert.equal(violationOf(verdict), 'major: a, b');
  for (const word of ['livelock', 'timeout', 'crash'] as const)
    assert.equal(violationOf(verdictOf({ kind: 'k', word, message: 'm 7' })), `${word}: k  m N`);
  for (const word of ['leak', 'major'] as const)
    assert.equal(violationOf(verdictOf({ kind: 'k', word, message: 'm' })), `${word}: k`);
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
    'fragment',
    'IKE_FOLLOWUP_KE',
    'IKE_INTERMEDIATE',
    'IKE_AUTH',
    'IKE_SA_INIT',
    'Quick Mode',
  ];
  const ranks = names.map((name) => rankOf({ kind: 'drop', message: message(name, 1n) }));
  assert.deepEqual(ranks, [0, 10, 20, 30, 40, 50, 60, 70]);
  const fragment = (of: ExploredMessage): ExploredMessage => ({ ...of, match: { kind: 'ike', fragment: 2 } });
  assert.equal(rankOf({ kind: 'drop', message: fragment(auth) }), 20);
  assert.equal(rankOf({ kind: 'drop', message: fragment(rekey) }), 0);
  const kinds = (['drop', 'duplicate', 'delay', 'reorder', 'corrupt'] as const).map((kind) =>
    rankOf({ kind, message: init }),
  );
  assert.deepEqual(kinds, [60, 61, 62, 63, 64]);
  const early = faultsOf([rekey, { ...rekey, text: 'second' }], ['drop']).map((fault) => fault.message.text);
  assert.deepEqual(early, [rekey.text, 'second']);
});
