import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, leavesJob } from '../../../../src/judge/oracles/typed-lines.ts';

const lines: readonly (readonly [line: string, code: string])[] = [
  ['ipsec stop', 'ipsec stop'],
  ['# ipsec stop', ''],
  ['  #ipsec stop', ''],
  ["# road's crash", ''],
  ['ipsec start # then ipsec stop', 'ipsec start'],
  ['ipsec start\t#', 'ipsec start'],
  ['echo a#b', 'echo a#b'],
  ["echo ' # '; ipsec stop", "echo ' # '; ipsec stop"],
  ['echo " # "; ipsec stop', 'echo " # "; ipsec stop'],
  ["echo 'x' # nothing", "echo 'x'"],
];
for (const [line, code] of lines) {
  test(`of ${JSON.stringify(line)} a shell runs ${JSON.stringify(code)}`, () => assert.equal(codeOf(line), code));
}

test('a job goes on behind the prompt, if no comment has it', () => {
  for (const line of ['sleep 9 &', '(sleep 9; kill 5) & true', 'a & b']) assert.equal(leavesJob(line), true, line);
  for (const line of ['a && b', 'a > f 2>&1', 'a &> f', 'a |& b', 'a \\& b', 'a # & b']) {
    assert.equal(leavesJob(line), false, line);
  }
});
