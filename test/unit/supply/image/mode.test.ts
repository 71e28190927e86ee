import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { imageMode } from '../../../../src/supply/image/mode.ts';

afterEach(() => {
  delete process.env.ESPALIER_IMAGE_MODE;
});

test('a way of building images can be asked for', async () => {
  for (const mode of ['root', 'unshare', 'uml']) {
    process.env.ESPALIER_IMAGE_MODE = mode;
    assert.equal((await imageMode()).mode, mode);
  }
});

test('an unknown way of building images is a usage error that names the known ones', async () => {
  process.env.ESPALIER_IMAGE_MODE = 'docker';
  await assert.rejects(
    imageMode(),
    (error: unknown) =>
      error instanceof EspalierError && error.fault === 'usage' && /root, unshare, uml$/.test(error.message),
  );
});

test('the way of building images is chosen with a reason', async () => {
  const { mode, reason } = await imageMode();
  assert.equal(mode === 'root', process.getuid?.() === 0);
  assert.match(reason, /\w/);
});
