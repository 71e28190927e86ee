import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { featuresOf } from '../../../../src/supply/image/features.ts';
import { packImage } from '../../../../src/supply/image/pack.ts';

type Files = Readonly<Record<string, string>>;
/** Stands for the content of a file that a layer hides. */
const hidden = 'hidden';

async function packFiles(files: Files, root: string): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    if (content === hidden) execFileSync('mknod', [join(root, path), 'c', '0', '0']);
    else writeFileSync(join(root, path), content);
  }
  await packImage(root, `${root}.erofs`, { allRoot: true });
  return `${root}.erofs`;
}

async function featuresOfFiles(files: Files, ...layers: readonly Files[]): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-features-'));
  try {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'usr/lib/ipsec'), { recursive: true });
    symlinkSync('libcharon.so.0.0.0', join(root, 'usr/lib/ipsec/libcharon.so.0'));
    const image = await packFiles(files, root);
    const packed = await Promise.all(layers.map((one, index) => packFiles(one, join(dir, `layer-${index}`))));
    return featuresOf(image, packed);
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

test('a layer that was built over an image brings features, takes them away, and replaces what a file holds', async () => {
  const [charon, plugins] = ['usr/lib/ipsec/libcharon.so.0.0.0', 'usr/lib/ipsec/plugins/libstrongswan'];
  const wolfssl = `${plugins}-wolfssl.so`;
  const image = { [charon]: 'aggressive_mode_create', [wolfssl]: 'x\0wc_MlKemKey_Init\0', [`${plugins}-sql.so`]: '' };
  assert.deepEqual(await featuresOfFiles(image), ['ikev1', 'plugin sql', 'plugin wolfssl', 'wolfssl ml-kem']);
  const built = { [wolfssl]: 'without', [`${plugins}-ml.so`]: '', 'usr/bin/other': '' };
  assert.deepEqual(await featuresOfFiles(image, built), ['ikev1', 'plugin ml', 'plugin sql', 'plugin wolfssl']);
  const above = { [wolfssl]: 'wc_MlKemKey_MakeKey' };
  assert.deepEqual(await featuresOfFiles(image, built, above), [
    ...['ikev1', 'plugin ml', 'plugin sql', 'plugin wolfssl', 'wolfssl ml-kem'],
  ]);
});

const root = process.getuid?.() === 0;
test('what a layer hides is no feature', { skip: !root && 'only root may make such a device' }, async () => {
  const [charon, sql] = ['usr/lib/ipsec/libcharon.so.0.0.0', 'usr/lib/ipsec/plugins/libstrongswan-sql.so'];
  const image = { [charon]: 'aggressive_mode_create', [sql]: '' };
  assert.deepEqual(await featuresOfFiles(image, { [sql]: hidden }), ['ikev1']);
  assert.deepEqual(await featuresOfFiles(image, { [sql]: hidden }, { [sql]: '' }), ['ikev1', 'plugin sql']);
});
