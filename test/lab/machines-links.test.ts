/** machines/links.scenario.ts on both substrates: a link of machines does to a tunnel what one of User Mode Linux does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { backends } from '../conformance/backends.ts';

const scenario = join(import.meta.dirname, 'machines/links.scenario.ts');

for (const { substrate, missing, sample } of (await backends()).filter(({ substrate }) => substrate.name !== 'fake')) {
  const skip = sample ? 'ESPALIER_CONFORMANCE=qemu tries it' : (missing ?? false);
  test(`tunnels over links that are slow, lossy and cut, on ${substrate.name}`, { skip }, async (t) => {
    const output = mkdtempSync(join(tmpdir(), 'espalier-links-'));
    t.after(() => rmSync(output, { recursive: true, force: true }));
    const main = join(projectDir, 'src/cli/main.ts');
    const args = ['run', scenario, '--substrate', substrate.name, '-j', '1', '--reporter', 'list', '--output', output];
    const { status, stdout, stderr } = await run(process.execPath, [main, ...args]);
    const said = `${stdout}${stderr}`;
    assert.match(said, /^2 passed$/m, said);
    assert.equal(status, 0, said);
  });
}
