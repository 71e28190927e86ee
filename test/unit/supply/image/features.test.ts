import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { featuresOf } from '../../../../src/supply/image/features.ts';
import { packImage } from '../../../../src/supply/image/pack.ts';

async function featuresOfFiles(files: Readonly<Record<string, string>>): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-features-'));
  try {
    const root = join(dir, 'root');
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    symlinkSync('libcharon.so.0.0.0', join(root, 'usr/lib/ipsec/libcharon.so.0'));
    const image = join(dir, 'image.erofs');
    await packImage(root, image, { allRoot: true });
    return featuresOf(image);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('what an image can do is read from the files in it, not from its name', async () => {
  const daemon = { 'usr/lib/ipsec/libcharon.so.0.0.0': 'a daemon', 'usr/bin/other': '', 'etc/dhcpd': '' };
  assert.deepEqual(await featuresOfFiles(daemon), []);
  assert.deepEqual(
    await featuresOfFiles({
      ...daemon,
      'usr/lib/ipsec/libcharon.so.0.0.0': 'x\0aggressive_mode_create\0',
      'usr/lib/ipsec/plugins/libstrongswan-eap-sim.so': '',
      'usr/local/lib/ipsec/plugins/libstrongswan-sql.so': '',
      'usr/local/lib/ipsec/plugins/libstrongswan-sql.la': '',
      'usr/local/lib/ipsec/libchecksum.so': '',
      'usr/sbin/dhcpd': '',
      'usr/lib/ipsec/plugins/libstrongswan-wolfssl.so': 'x\0wc_MlKemKey_Init\0',
    }),
    ['ikev1', 'integrity-test', 'plugin eap-sim', 'plugin sql', 'plugin wolfssl', 'program dhcpd', 'wolfssl ml-kem'],
  );
});
