import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioResult } from '../../../../src/model/results.ts';
import type { VerdictWord } from '../../../../src/model/words.ts';
import { matrixText } from '../../../../src/report/terminal/matrix.ts';

function result(name: string, word: VerdictWord, message?: string): ScenarioResult {
  return {
    suite: 'interop',
    name,
    status: 'good',
    hosts: [],
    word,
    upstream: word,
    expected: word !== 'major',
    adapted: [],
    passesOnlyAdapted: false,
    issues: message === undefined ? [] : [{ kind: word === 'unsupported' ? word : 'check-sas', word, message }],
    attempts: word === 'unsupported' ? [] : [{ attempt: 1, word }],
  };
}

test('the grid has a column per pair, and explains what did not pass once per reason', () => {
  const results = [
    result('a to b, psk', 'passed'),
    result('a to b, rsa', 'major', 'no SA'),
    result('b to a, psk', 'unsupported', 'b cannot'),
    result('b to a, ecdsa', 'unsupported', 'b cannot'),
    result('alone', 'passed'),
  ];
  const totals = { major: 1, unsupported: 2, passed: 2 };
  const text = matrixText({
    dir: `${process.cwd()}/runs/1`,
    results: { version: 1, run: '1', complete: true, totals, passedAdapted: 0, results, pending: [] },
    wallMs: 2000,
    interrupted: false,
    rerun: { options: [], paths: {} },
  });
  assert.equal(
    text,
    ` 1  a to b
 2  b to a
 3  other

        1  2  3
psk     .  s
rsa     M
ecdsa      s
alone         .

. passed   M major   s unsupported

M no SA
   a to b, rsa
      runs/1/attempts/interop/a%20to%20b%2c%20rsa/1

s b cannot
   b to a, psk
   b to a, ecdsa

1 major
2 unsupported
2 passed
tests by their issues: 1 differing SA
5 of 5 done in 2 s
`,
  );
});
