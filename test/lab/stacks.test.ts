/** IPsec that no kernel does, on real labs: stacks/*.scenario.ts. What is protected is verified, what is not is a leak, and what nobody knows is neither. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { skip } from './lab.ts';

test('packets of a stack in userspace are judged by what the stack says of its tables', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-stacks-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const ran = await run(process.execPath, [main, 'run', join(import.meta.dirname, 'stacks'), '--output', output]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const verdictOf = (name: string) => {
    const file = join(output, id, 'attempts/stacks', encodeURIComponent(name), '0/verdict.json');
    return verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  };
  const told = (name: string) => {
    const { word, issues, facts } = verdictOf(name);
    const { verified = 0, unjudged = 0 } = facts?.packets ?? {};
    const kinds = new Set(issues.map(({ kind }) => kind));
    return { word, kinds: [...kinds], verified: verified > 0, unjudged: unjudged > 0 };
  };
  const clean = { word: 'passed', kinds: [], verified: true, unjudged: false };
  const text = String(ran.stdout);
  assert.deepEqual(told('protected by 6.1.0'), clean, text);
  assert.deepEqual(told('protected by 5.9.8'), clean, text);
  assert.deepEqual(told('past the TUN device'), { ...clean, word: 'leak', kinds: ['cleartext'], verified: true }, text);
  assert.deepEqual(told('without keys'), { ...clean, verified: false, unjudged: true }, text);
  assert.deepEqual([told('without the log').word, told('asks the kernel').word], ['unresolved', 'unresolved'], text);
  assert.ok(!told('after the end of the process').kinds.includes('cleartext'), text);

  assert.deepEqual(told('protected by vpnc'), clean, text);
  assert.deepEqual(told('past the TUN device of vpnc'), { ...clean, word: 'leak', kinds: ['cleartext'] }, text);
  assert.ok(!told('after the end of the process of vpnc').kinds.includes('cleartext'), text);
  assert.deepEqual(told('without the keys of vpnc'), clean, text);
  assert.deepEqual(told('IPv6 on the device of vpnc'), { ...clean, word: 'major', kinds: ['inner-selector'] }, text);
  const replaced = told('after the gateway of vpnc has replaced the SAs');
  assert.deepEqual(replaced, { ...clean, word: 'major', kinds: ['not-verified'] }, text);
  assert.deepEqual(told('by a file of a person'), clean, text);
  assert.equal(told('without the log of vpnc').word, 'unresolved', text);
});
