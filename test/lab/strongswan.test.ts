/** One test of strongSwan's own suite with a PSK and one with certificates and revocation lists, in real labs. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';

test('tests of strongSwan’s suite with a PSK and with certificates pass', async (t) => {
  const output = mkdtempSync(join(tmpdir(), 'espalier-strongswan-'));
  t.after(() => rmSync(output, { recursive: true, force: true }));
  const main = join(projectDir, 'src/cli/main.ts');
  const tests = ['strongswan:ikev2/net2net-psk', 'strongswan:ikev2/crl-revoked'];
  const { status, stdout } = await run(process.execPath, [
    main,
    'run',
    ...tests,
    '--reporter',
    'list',
    '--output',
    output,
  ]);
  assert.match(stdout.toString(), /^2 passed$/m);
  assert.equal(status, 0);
});
