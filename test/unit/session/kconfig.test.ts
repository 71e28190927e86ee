import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { kconfigOf, readKconfig } from '../../../src/session/kconfig.ts';
import { wantedConfig } from '../../../src/supply/kernel/flavours.ts';
import { ensureKernel } from '../../../src/supply/kernel/kernel.ts';

const isUsage = (error: unknown): boolean => error instanceof EspalierError && error.fault === 'usage';
const dir = mkdtempSync(join(tmpdir(), 'kconfig-'));
after(() => rmSync(dir, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(dir, 'own.config');
  writeFileSync(path, text);
  return path;
}

test('a file of options is kept in the run by what stands in it, and wins over the flavour', () => {
  const path = file('# words\nCONFIG_KASAN=y\n# CONFIG_XFRM_STATISTICS is not set\n');
  const { kconfig } = readKconfig(path);
  assert.deepEqual(kconfig, { file: path, options: { CONFIG_KASAN: 'y', CONFIG_XFRM_STATISTICS: 'n' } });
  const usual = wantedConfig('standard');
  assert.equal(usual.get('CONFIG_XFRM_STATISTICS'), 'y');
  const own = wantedConfig('standard', { options: kconfigOf(kconfig) });
  assert.equal(own.get('CONFIG_XFRM_STATISTICS'), 'n');
  assert.equal(own.get('CONFIG_KASAN'), 'y');
  assert.equal(own.size, usual.size + 1);
});

test('without the option there is nothing to keep', () => {
  assert.deepEqual(readKconfig(undefined), {});
  assert.equal(kconfigOf(undefined).size, 0);
});

test('a file without options, and one that is not there, are told apart from a kernel that ignores them', () => {
  assert.throws(() => readKconfig(file('KASAN=y\n')), isUsage);
  assert.throws(() => readKconfig(join(dir, 'absent.config')), isUsage);
});

test('a kernel that is built already is refused: the options would change nothing in it', async () => {
  const options = new Map([['CONFIG_KASAN', 'y']]);
  for (const selection of [file('a binary'), dir]) {
    writeFileSync(join(dir, 'linux'), 'a binary');
    await assert.rejects(
      ensureKernel({ selection, options }),
      (error) => isUsage(error) && /--kconfig/.test(`${error}`),
    );
  }
});
