import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { cacheDir } from '../../src/base/folders.ts';
import { Field } from '../../test/e2e/farm/field.ts';
import { assertSameRun } from '../../test/e2e/farm/same-run.ts';
import { type Audience, figure } from './farm-audience.ts';
import { storedLabs } from './farm-stored.ts';

/** What is run. */
export interface RealOptions {
  /** Folder of a stored run of libreswan's suite. */
  readonly run: string;
  /** How many of its tests: those whose labs took the least wall time. */
  readonly tests: number;
  readonly workers: number;
}

/** Runs a sample of libreswan's suite on a farm and here. Throws where the run folders differ in more than times. */
export async function benchReal(audience: Audience, { run, tests, workers }: RealOptions): Promise<boolean> {
  const labs = storedLabs(run).sort((one, other) => one.wallMs - other.wallMs);
  const names = labs.slice(0, tests).map(({ name }) => `libreswan:${name}`);
  const field = await Field.start(audience);
  const output = mkdtempSync(join(tmpdir(), 'espalier-bench-farm-'));
  audience.after(() => rmSync(output, { recursive: true, force: true }));
  const espalier = async (name: string, more: readonly string[], environment: Readonly<Record<string, string>>) => {
    const args = ['run', ...names, '--seed', '5', '--output', join(output, name), ...more];
    const begin = performance.now();
    const { code, stderr } = await field.espalier(args, { ...environment, ESPALIER_CACHE: cacheDir() });
    if (code === null || code > 1) throw new EspalierError('infrastructure', `${name}: exit code ${code}\n${stderr}`);
    const dir = readdirSync(join(output, name)).find((entry) => entry.includes('_')) ?? '';
    return { code, dir: join(output, name, dir), seconds: Math.round((performance.now() - begin) / 1000) };
  };
  const all = Array.from({ length: workers }, () => field.worker());
  const far = await espalier('far', [], field.driverEnvironment);
  for (const { child } of all) child.kill('SIGTERM');
  for (const worker of all) await worker.ended(120_000);
  const moved = await bytesOf(field);
  // All that a second run would send; nobody makes it.
  await espalier('again', ['--detach'], field.driverEnvironment);
  const movedAgain = await bytesOf(field);
  const near = await espalier('near', ['-j', '2'], {});
  const attempts = assertSameRun(far.dir, near.dir);
  figure('attempts that are the same to the byte, but for times', String(attempts));
  figure('seconds on the farm, and here with -j 2', `${far.seconds}, ${near.seconds}`);
  const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  figure(
    'sent to the farm, by the first run and the second',
    `${mib(moved.input)}, ${mib(movedAgain.input - moved.input)}`,
  );
  figure('a result', `${Math.round(moved.result / attempts / 1024)} KiB`);
  return attempts === tests && far.code === near.code;
}

/** Bytes of contents that the farm holds. */
async function bytesOf(field: Field): Promise<{ readonly input: number; readonly result: number }> {
  const rows = (await field.sql('select kind, sum(size)::float8 as bytes from espalier_farm.blob group by kind')) as {
    kind: string;
    bytes: number;
  }[];
  const of = (kind: string): number => rows.find((row) => row.kind === kind)?.bytes ?? 0;
  return { input: of('input'), result: of('result') };
}
