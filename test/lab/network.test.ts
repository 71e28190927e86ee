/** network/network.scenario.ts on real labs, and what is said of images that cannot be built. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { skip } from './lab.ts';

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-network-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function espalier(cwd: string, ...words: readonly string[]) {
  const kernel = process.env.ESPALIER_KERNEL;
  const args = [...words, '--output', join(cwd, 'runs'), ...(kernel === undefined ? [] : ['--kernel', kernel])];
  return run(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...args], { cwd });
}

test('NAT boxes in a row, changes of addresses and routes, ICMP errors, packages, forty links', { skip }, async (t) => {
  const ran = await espalier(place(t), 'run', join(import.meta.dirname, 'network'));
  assert.equal(ran.status, 0, `${ran.stdout}${ran.stderr}`);
});

test('a package that Debian does not have is said with the line that asks for it, in a scenario and in a recipe', {
  skip,
}, async (t) => {
  const folder = place(t);
  const scenario = (settings: string) =>
    `import { linux, scenario } from 'espalier';\n\nscenario('x', { hosts: { west: linux(${settings}) }, links: { wan: ['west'] } }, async ({ hosts: { west } }) => {\n  await west.exec('true');\n});\n`;
  mkdirSync(join(folder, 'images'));
  writeFileSync(join(folder, 'images/mine.yaml'), 'from: debian-trixie-libreswan\npackages:\n  - no-such-package-1\n');
  writeFileSync(join(folder, 'a.scenario.ts'), scenario("{ packages: ['no-such-package-2'] }"));
  writeFileSync(join(folder, 'b.scenario.ts'), scenario("{ image: 'mine' }"));
  const inScenario = await espalier(folder, 'run', 'a.scenario.ts');
  assert.match(
    `${inScenario.stdout}${inScenario.stderr}`,
    /a\.scenario\.ts:3.*Debian trixie has no package no-such-package-2/,
  );
  const inRecipe = await espalier(folder, 'run', 'b.scenario.ts');
  assert.match(
    `${inRecipe.stdout}${inRecipe.stderr}`,
    /images\/mine\.yaml:3.*Debian trixie has no package no-such-package-1/,
  );
});
