import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldenContent, goldenIssues } from '../../../../src/session/judging/golden-facts.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf } from '../../judge/oracles/evidence.ts';

const evidence = evidenceOf({
  steps: [
    [1, 'west', added(anSa())],
    [2, 'west', 'command'],
    [2, 'west', { sas: [anSa()] }],
  ],
  commands: [[0, 'ipsec up a']],
});
const line = 'sa esp tunnel 192.1.2.45 > 192.1.2.23 aead rfc4106(gcm(aes)) 288 sel 0.0.0.0/0 > 0.0.0.0/0';
const told = (content: Uint8Array | string) =>
  goldenIssues(Buffer.from(content), evidence).map(({ kind, word, file, command, excerpt }) => ({
    kind,
    word,
    file,
    command,
    excerpt,
  }));

test('the content that an attempt gives is what it is compared with', () => {
  assert.deepEqual(told(goldenContent(evidence)), []);
  assert.deepEqual(JSON.parse(Buffer.from(goldenContent(evidence)).toString()), {
    version: 1,
    states: [{ after: 'west: ipsec up a', hosts: { west: [line] } }],
  });
});

test('another SA is a major difference with the command after which it stands', () => {
  const expected = Buffer.from(goldenContent(evidence)).toString().replace('288', '160');
  assert.deepEqual(told(expected), [
    {
      kind: 'golden-facts',
      word: 'major',
      file: 'facts.json',
      command: 'west: ipsec up a',
      excerpt: `-west: ${line.replace('288', '160')}\n+west: ${line}`,
    },
  ]);
});

const broken: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an empty file', '', /JSON/],
  ['half a file', goldenContent(evidence).subarray(0, 60), /JSON/],
  ['bytes that are no text', Uint8Array.of(0x22, 0xff, 0x22), /utf-8/],
  ['another version', '{"version":2,"states":[]}', /version/],
  ['no states', '{"version":1}', /states/],
  ['a field that nobody knows', '{"version":1,"states":[],"but":[]}', /but/],
  ['lines that are no list', '{"version":1,"states":[{"after":"","hosts":{"west":"sa"}}]}', /states\[0\]\.hosts\.west/],
];
for (const [title, content, message] of broken) {
  test(`${title} in facts.json is told and compared with nothing`, () => {
    const [issue, ...others] = goldenIssues(Buffer.from(content), evidence);
    assert.deepEqual([issue?.kind, issue?.word, issue?.file], ['unreadable-file', 'unresolved', 'facts.json']);
    assert.match(issue?.message ?? '', message);
    assert.deepEqual(others, []);
  });
}
