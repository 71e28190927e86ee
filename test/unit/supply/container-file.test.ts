import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { tools } from '../../../src/supply/debian/machine-tools.ts';

/** Debian's essential packages, and apt, which its container images have. */
const inEveryImage = ['apt', 'dpkg', 'sed', 'tar', 'util-linux'];

test('the container file installs every package that the doctor asks for, but those that are for some labs only', () => {
  const installed = readFileSync(join(projectDir, 'container/Containerfile'), 'utf8').split(/\s+/);
  const missing = tools
    .filter(({ separate }) => separate !== true)
    .map((tool) => tool.package)
    .filter((name) => ![...inEveryImage, ...installed].includes(name));
  assert.deepEqual(missing, []);
});
