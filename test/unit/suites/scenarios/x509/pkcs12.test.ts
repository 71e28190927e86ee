import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../../../../src/base/processes.ts';
import { Authority } from '../../../../../src/suites/scenarios/x509/authority.ts';
import { pkcs12 } from '../../../../../src/suites/scenarios/x509/pkcs12.ts';
import type { KeyType } from '../../../../../src/suites/scenarios/x509/seeded-keys.ts';

const above = new Authority().intermediate({ subject: 'CN=Above' });

for (const key of ['rsa-2048', 'ecdsa-p256', 'ed25519'] satisfies KeyType[]) {
  test(`openssl opens a PKCS#12 file with a ${key} key, and only with its password`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-p12-'));
    try {
      const credential = above.issue({ subject: 'CN=west.test', key });
      const file = pkcs12(credential, { password: 'open sesame', name: 'west' });
      assert.deepEqual(pkcs12(credential, { password: 'open sesame', name: 'west' }), file);
      writeFileSync(join(dir, 'west.p12'), file);
      const opened = (password: string) =>
        run('openssl', ['pkcs12', '-in', join(dir, 'west.p12'), '-nodes', '-passin', `pass:${password}`]);
      const { status, stdout, stderr } = await opened('open sesame');
      assert.equal(status, 0, String(stderr));
      const text = String(stdout);
      for (const pem of [credential.certificate, ...credential.intermediates, credential.privateKey]) {
        assert.ok(text.includes(pem), pem);
      }
      assert.equal(text.match(/friendlyName: west/g)?.length, 2);
      assert.notEqual((await opened('open')).status, 0);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
}
