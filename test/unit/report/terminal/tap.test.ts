import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tapText } from '../../../../src/report/terminal/machine-readable.ts';
import { madeResult, madeResults } from '../made-results.ts';

test('what fails as in the baseline is not ok, and is no failure of the run', () => {
  const issues = [{ kind: 'no-lab', word: 'unresolved', message: 'n' }] as const;
  const text = tapText(
    madeResults([
      madeResult({ name: 'good' }),
      madeResult({ name: 'known', word: 'unresolved', issues }),
      madeResult({ name: 'lost', word: 'unresolved', expected: false, issues }),
      madeResult({ name: 'away', word: 'unsupported' }),
    ]),
  );
  const lines = text.split('\n').filter((line) => /^(?:not )?ok /.test(line));
  assert.deepEqual(lines, [
    'ok 1 - made:good',
    'not ok 2 - made:known # TODO as in the baseline',
    'not ok 3 - made:lost',
    'ok 4 - made:away # SKIP unsupported',
  ]);
});
