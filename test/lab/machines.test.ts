/** Machines of QEMU's as processes of this machine: what they leave behind, and how labs end whose machines never come up. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { projectDir } from '../../src/base/folders.ts';
import { startLab } from '../../src/lab/substrate/lifecycle.ts';
import { defaultLimits } from '../../src/lab/substrate/watchdog.ts';
import { backends, planOf } from '../conformance/backends.ts';
import { deadKernel } from './machines/dead-kernel.ts';

const backend = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
const skip = backend === undefined ? 'ESPALIER_CONFORMANCE names others' : (backend.missing ?? false);

/** Processes whose working folder is this one. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // it has just ended
    }
  });
}

test('four machines end within two seconds when their driver is killed', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-machines-'));
  const script = join(projectDir, 'test/lab/machines/start-lab.ts');
  const driver = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'ignore', 'inherit'] });
  t.after(() => {
    driver.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const machines = (): string[] => processesIn(join(dir, 'lab'));
  await until(() => machines().length === 4, { what: 'four machines', timeoutMs: 120_000, intervalMs: 50 });
  driver.kill('SIGKILL');
  const begun = performance.now();
  await until(() => machines().length === 0, { what: 'the machines to end', timeoutMs: 2000, intervalMs: 10 });
  t.diagnostic(`${Math.round(performance.now() - begun)} ms`);
  assert.deepEqual(machines(), []);
});

/** Limits that are reached in seconds; what a machine takes to boot is far less. */
const quick = { ...defaultLimits, spinCpuMs: 4000, asleepLooks: 12 };
const ends = [
  ['spins', 'livelock', /of CPU without a byte or a step of progress/],
  ['halts', 'lab-died', /^all its processes slept through 12 looks/],
] as const;
for (const [program, word, detail] of ends) {
  test(`a machine whose kernel ${program} ends its lab, which nobody takes for a failed test`, { skip }, async (t) => {
    assert.ok(backend);
    const dir = mkdtempSync(join(tmpdir(), 'espalier-machines-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const attempt = join(dir, 'attempt');
    mkdirSync(attempt);
    const request = { dir: attempt, plan: planOf(backend, ['east: true']), seed: undefined, hold: false };
    await using lab = await startLab(backend.substrate, { ...request, kernel: await deadKernel(dir, program) }, quick);
    const { end } = await lab.ended;
    assert.deepEqual([end.word, detail.test(end.detail ?? '')], [word, true], end.detail);
    assert.deepEqual(processesIn(join(attempt, 'lab')), []);
  });
}
