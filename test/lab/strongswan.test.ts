/** One test of strongSwan's own suite with a PSK and one with certificates and revocation lists, in real labs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

test('tests of strongSwan’s suite with a PSK and with certificates pass', { skip }, async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-strongswan-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const kernel = process.env.ESPALIER_KERNEL;
  const args = ['run', 'strongswan:ikev2/net2net-psk', 'strongswan:ikev2/crl-revoked', '--reporter', 'list'];
  if (kernel !== undefined) args.push('--kernel', kernel);
  const { status, stdout, stderr } = await run(process.execPath, [main, ...args, '--output', output]);
  const said = `${stdout}${stderr}`;
  assert.match(said, /^2 passed$/m, said);
  assert.equal(status, 0, said);
});
