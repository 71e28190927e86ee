/** Why a tunnel is missing, in the words of each daemon: explained/explained.scenario.ts. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { verdictSchema } from '../../src/model/verdict.ts';
import { skip } from './lab.ts';

const refusals: Readonly<Record<string, RegExp>> = {
  libreswan: /^`ipsec up h2h` failed \(exit status \d+\):\n(?:.|\n)*rejected by peer: AUTHENTICATION_FAILED/,
  strongswan:
    /^`swanctl --initiate --child h2h` failed \(exit status \d+\):\n(?:.|\n)*received AUTHENTICATION_FAILED notify error/,
  openiked: /^`ikectl active` does not say whether it succeeded(?:.|\n)*authentication failed notification from peer/,
};

const silence: Readonly<Record<string, RegExp>> = {
  libreswan: /^`ipsec up h2h` failed \(exit status \d+\):\n/,
  strongswan: /^`swanctl --initiate --child h2h` failed \(exit status \d+\):\n(?:.|\n)*giving up after 5 retransmits/,
  openiked: /^`ikectl active` does not say whether it succeeded/,
};

test('a tunnel that is missing is explained by what its daemon said, or that it does not run', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-explained-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', join(import.meta.dirname, 'explained'), '--output', output];
  const ran = await run(process.execPath, [main, ...args, ...(kernel === undefined ? [] : ['--kernel', kernel])]);
  const [id = ''] = readdirSync(output).filter((name) => /^\d.*_/.test(name));
  const issuesOf = (name: string) => {
    const file = join(output, id, 'attempts/explained', encodeURIComponent(name), '0/verdict.json');
    return verdictSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).issues;
  };
  for (const [daemon, refusal] of Object.entries(refusals)) {
    const [issue, ...others] = issuesOf(`a wrong secret of ${daemon}`);
    assert.deepEqual([issue?.kind, others.length], ['check-sas', 0], String(ran.stdout));
    assert.match(issue?.excerpt ?? '', refusal);
    const [unanswered, ...more] = issuesOf(`a silent peer of ${daemon}`);
    assert.deepEqual([unanswered?.kind, more.length], ['check-sas', 0], String(ran.stdout));
    assert.match(unanswered?.excerpt ?? '', silence[daemon] ?? /./);
    const silent = issuesOf(`${daemon} that never started`);
    assert.equal(silent.length, 2, String(ran.stdout));
    assert.match(silent[0]?.message ?? '', /^expected 0 IKE SAs, received no answer: /);
    for (const { excerpt = '' } of silent)
      assert.match(excerpt, /does not run on west: the scenario has not called west\.daemon\.start\(\)$/);
  }
});
