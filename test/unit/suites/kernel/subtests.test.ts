import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countSubtests } from '../../../../src/suites/kernel/subtests.ts';

/** A line of output, and what is read from it: `word name`, or nothing. */
const lines: readonly (readonly [line: string, read: string | undefined])[] = [
  ['ok 1 addition', 'ok addition'],
  ['ok 12 - net.tls # SKIP no TLS', 'skip net.tls'],
  ['not ok 3 global.refused', 'fail global.refused'],
  ['not ok 4 - odd # XFAIL known', 'xfail odd'],
  ['not ok 5 # TODO later', 'xfail subtest 5'],
  ['# ok 2 nested in a comment', 'ok nested in a comment'],
  ['ok then, here we go', undefined],
  ['    TEST: IPv4 route lookup                    [ OK ]', 'ok IPv4 route lookup'],
  ['TEST: ping over the tunnel           [FAIL]  reason', 'fail ping over the tunnel'],
  ['TEST: dscp                           [ PASS ]', 'ok dscp'],
  ['\u001b[32mlisten\t\t[ \u001b[1mOK\u001b[0m ]', 'ok listen'],
  ['01 transfer                          [SKIP] no IPv6', 'skip 01 transfer'],
  ['PASS: bridge setup', 'ok bridge setup'],
  ['FAIL: gre tunnel endpoint', 'fail gre tunnel endpoint'],
  ['XFAIL: known', 'xfail known'],
  ['FAIL', 'fail FAIL'],
  ['FAIL - 2/5 cases failed', 'fail 2/5 cases failed'],
  ['FAIL (forward): counter has another value', 'fail (forward): counter has another value'],
  ['not ok - no number', 'fail no number'],
  ['not ok', 'fail subtest without a name'],
  ['Tests failed:   0', undefined],
  ['# PASSED: 93 / 93 tests passed.', undefined],
  ['# Totals: pass:3 fail:0 xfail:0', undefined],
  ['PING 10.0.0.1 56(84) bytes of data.', undefined],
  ['waiting 10%\rwaiting 90%\rPASS: written over', 'ok written over'],
];

test('each form of line is read as the subtest that it is', () => {
  for (const [line, read] of lines) {
    const [first] = countSubtests(line).subtests;
    assert.equal(first && `${first.word} ${first.name}`, read, line);
  }
});

test('a subtest keeps its line as it was printed, and its number', () => {
  const { subtests } = countSubtests('setting up\n\u001b[31mFAIL: two\u001b[0m\n');
  assert.deepEqual(subtests, [{ name: 'two', word: 'fail', text: 'FAIL: two', line: 2 }]);
});

test('results that a plan announces and that did not come are missing; those of a nested plan are not counted', () => {
  assert.equal(countSubtests('TAP version 13\n1..3\nok 1 a\nok 2 b\n').missing, 1);
  assert.equal(countSubtests('1..2\n# 1..5\n# ok 1 inner\nok 1 a\nok 2 b\n').missing, 0);
  assert.equal(countSubtests('ok 1 a\n1..1\n').missing, 0, 'a plan may come last');
});

test('lines that say why something was skipped are kept', () => {
  assert.deepEqual(
    countSubtests('SKIP: need iperf3\n').subtests.map(({ name }) => name),
    ['need iperf3'],
  );
  assert.deepEqual(countSubtests('1..0 # SKIP no BPF\n').skips, ['no BPF']);
  assert.deepEqual(countSubtests('WARNING: module missing. Skip. SKIP\n').skips, [
    'WARNING: module missing. Skip. SKIP',
  ]);
});
