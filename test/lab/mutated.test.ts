/** Mutated IKE messages against each daemon: mutated/ike.scenario.ts. ESPALIER_FUZZ says how many; whole runs of 10,000 are for hand. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { openAttempt } from '../../src/store/open-attempt.ts';
import { skip } from './lab.ts';

/** What pluto 5.2 logs when a message that was encrypted by its header is not (programs/pluto/ikev2_message.c, open_v2_message). */
const known: Readonly<Record<string, readonly string[]>> = { libreswan: ['expectation-failed'] };

test('daemons go on after mutated messages, and what they log about themselves is found', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-mutated-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'mutated'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const attempts = join(output, id, 'attempts/mutated');
  for (const daemon of ['libreswan', 'strongswan', 'openiked']) {
    const dir = join(attempts, encodeURIComponent(`mutated messages for ${daemon}`), '0');
    const { word, issues } = verdictSchema.parse(JSON.parse(readFileSync(join(dir, 'verdict.json'), 'utf8')));
    assert.deepEqual([...new Set(issues.map(({ kind }) => kind))], known[daemon] ?? [], String(ran.stdout));
    assert.equal(word, daemon in known ? 'major' : 'passed');
    const injected = openAttempt(dir).faults.filter(({ fate }) => fate === 'injected');
    assert.equal(injected.length, Number(process.env.ESPALIER_FUZZ ?? 300));
  }
});
