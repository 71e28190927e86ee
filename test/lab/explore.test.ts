/** `espalier explore` on real labs: a planted mistake is found, and its plan repeats it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { faultPlanSchema } from '../../src/model/faults.ts';
import { skip } from './lab.ts';

test('a responder that never answers a retransmission is found by one lost response', { skip }, async (t) => {
  const out = mkdtempSync(join(tmpdir(), 'espalier-explore-'));
  t.after(() => rmSync(out, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const given = kernel === undefined ? [] : ['--kernel', kernel];
  const name = `${join(import.meta.dirname, 'explore')}:a responder that never answers a retransmission`;
  const plans = join(out, 'plans');
  const found = await run(process.execPath, [main, 'explore', name, '--kinds', 'drop', '--out', plans, ...given]);
  const printed = String(found.stdout);
  assert.equal(found.status, 1, printed + String(found.stderr));
  assert.match(printed, /^distinct failures: 1$/m);
  assert.match(printed, /^1\) major: drop IKE_SA_INIT response 0 of east$/m);
  const [file = ''] = readdirSync(plans);
  const plan = faultPlanSchema.parse(JSON.parse(readFileSync(join(plans, file), 'utf8')));
  assert.equal(plan.rules.length, 1);
  const again = await run(process.execPath, [
    main,
    'run',
    name,
    '--faults',
    join(plans, file),
    '--output',
    out,
    ...given,
  ]);
  assert.equal(again.status, 1, String(again.stdout));
  assert.match(String(again.stdout), /expected 2 IPsec SAs, received 0 IPsec SAs/);
});
