import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { projectDir } from '../../../../src/base/folders.ts';
import type { LabImage, Suite } from '../../../../src/model/suite.ts';
import { openScenarios } from '../../../../src/suites/scenarios/scenarios.ts';
import { parseKconfig } from '../../../../src/supply/kernel/kconfig.ts';

const noImage: LabImage = { id: 'none', path: '', sha256: '', versions: {} };

function opened(t: TestContext, host: string, settings: string): Suite {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-cpus-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'x.scenario.ts');
  const head = "import { linux, openiked, scenario } from 'espalier';\nvoid [linux, openiked];\n";
  writeFileSync(
    file,
    `${head}scenario('x', { hosts: { a: ${host} }, links: { l: ['a'] }, ${settings} }, async () => {});\n`,
  );
  return openScenarios({ name: 'x', files: [file], image: async () => noImage, checkTypes: async () => {} });
}

test('a scenario with several CPUs boots the flavour smp in real time, and does not wait for its hosts', async (t) => {
  const { plan, flavour } = await opened(t, 'linux()', "clock: 'real', cpus: 8").load('x');
  assert.deepEqual([plan.clock, plan.cpus, plan.timing.warmup, flavour], ['real', 8, 1_000_000_000n, 'smp']);
});

test('without them it is as it was: one CPU, virtual time, the kernel that its daemon needs', async (t) => {
  for (const [host, settings, wanted] of [
    ['linux()', '', [undefined, undefined, undefined]],
    ['linux()', "clock: 'cpu', cpus: 1", ['cpu', undefined, undefined]],
    ['openiked()', '', [undefined, undefined, 'netkey']],
  ] as const) {
    const { plan, flavour } = await opened(t, host, settings).load('x');
    assert.deepEqual([plan.clock, plan.cpus, flavour], wanted, settings);
    assert.equal(plan.timing.warmup, 60_000_000_000n);
  }
});

test('a daemon that needs PF_KEY cannot have several CPUs', async (t) => {
  await assert.rejects(
    () => opened(t, 'openiked()', "clock: 'real', cpus: 2").load('x'),
    (error) => error instanceof EspalierError && error.fault === 'usage' && error.detail.host === 'a',
  );
});

test('a kernel has room for as many CPUs as a scenario may ask for', () => {
  const config = parseKconfig(readFileSync(join(projectDir, 'kernel/smp.config'), 'utf8'));
  assert.equal(config.get('CONFIG_NR_CPUS'), '8');
});

test('a lab has the memory that its scenario asks for', async (t) => {
  assert.equal((await opened(t, 'linux()', 'memory: 2048').load('x')).plan.memory, 2048);
  assert.equal((await opened(t, 'linux()', '').load('x')).plan.memory, 512);
  for (const memory of ['64', '128.5', '1e9', 'Number.NaN'])
    await assert.rejects(
      async () => opened(t, 'linux()', `memory: ${memory}`).load('x'),
      /memory: .* is no number of MiB/,
    );
});
