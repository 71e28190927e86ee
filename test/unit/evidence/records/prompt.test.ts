import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { endsInPrompt, lastPrompt, promptOf, replacePrompts } from '../../../../src/evidence/records/prompt.ts';

const first = '\x1d00ff:0:/root\x1e';
const second = '\x1d00ff:2:/tmp\x1e';

test('prompts are found, read and replaced', () => {
  assert.equal(
    replacePrompts(`a${first}b${second}`, ({ status, cwd }) => `<${status} ${cwd}>`),
    'a<0 /root>b<2 /tmp>',
  );
  assert.equal(lastPrompt(`a${first}b${second}c`), second);
  assert.equal(lastPrompt('nothing'), '');
  assert.equal(
    replacePrompts(promptOf('/x'), ({ status, cwd }) => `${status} ${cwd}`),
    '0 /x',
  );
});

test('a host is at its prompt until a line is ended behind it', () => {
  assert.equal(endsInPrompt(`out\n${first}`), true);
  assert.equal(endsInPrompt(`out\n${first}ip a`), true);
  assert.equal(endsInPrompt(`out\n${first}ip a\n`), false);
  assert.equal(endsInPrompt(''), false);
});

test('the guest’s shells have this prompt', () => {
  const source = readFileSync(join(projectDir, 'guest/agent/host.c'), 'utf8');
  assert.match(source, /"PS1=\\x1d%s:\$\?:\\\\w\\x1e", plan\.nonce/);
});
