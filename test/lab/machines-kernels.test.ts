/**
 * What kernels of distributions have and labs of User Mode Linux do not: modules (machines/modules.scenario.ts, with its measure of growth) and programs of 32 bits
 * (machines/words.scenario.ts).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { backends } from '../conformance/backends.ts';
import { growthPerCycle } from './machines/growth.ts';

const machines = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
const skip =
  machines === undefined || machines.sample ? 'ESPALIER_CONFORMANCE=qemu tries it' : (machines.missing ?? false);

const scenarios = {
  modules: 'modules of IPsec are loaded and unloaded under traffic',
  words: 'a program of 32 bits is refused what Debian’s kernels cannot translate',
};
for (const [name, title] of Object.entries(scenarios)) {
  test(title, { skip }, async (t) => {
    const output = mkdtempSync(join(tmpdir(), 'espalier-modules-'));
    t.after(() => rmSync(output, { recursive: true, force: true }));
    const main = join(projectDir, 'src/cli/main.ts');
    const scenario = join(import.meta.dirname, `machines/${name}.scenario.ts`);
    const args = ['run', scenario, '--substrate', 'qemu', '-j', '1', '--reporter', 'list', '--output', output];
    const { status, stdout, stderr } = await run(process.execPath, [main, ...args]);
    const said = `${stdout}${stderr}`;
    assert.match(said, /^1 passed$/m, said);
    assert.equal(status, 0, said);
  });
}

const textsOf = (kib: readonly number[]): string[] => kib.map((one) => `MemFree:  1 kB\nSUnreclaim: ${one} kB\n`);
const growthOf = (kib: readonly number[]) => growthPerCycle(textsOf(kib), ['SUnreclaim']);
const cycles = Array.from({ length: 40 }, (_, cycle) => cycle);

test('a growth with each cycle is found among pages that come and go', () => {
  assert.deepEqual(growthOf(cycles.map((cycle) => 9000 + cycle * 4 + (cycle % 3) * 16)), [['SUnreclaim', 4]]);
});

test('a single jump, and what the first cycles allocate, is no growth', () => {
  assert.deepEqual(growthOf(cycles.map((cycle) => (cycle < 5 ? cycle * 500 : 9000) + (cycle > 12 ? 300 : 0))), [
    ['SUnreclaim', 0],
  ]);
});

test('too few cycles say nothing, and a line that is not there is no number', () => {
  assert.deepEqual(growthOf(cycles.slice(0, 19)), []);
  assert.deepEqual(growthPerCycle(textsOf(cycles), ['Percpu']), [['Percpu', Number.NaN]]);
});
