import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { cacheDir } from '../../src/base/folders.ts';
import { Field } from '../../test/e2e/farm/field.ts';
import { assertSameRun } from '../../test/e2e/farm/same-run.ts';
import { type Audience, figure } from './farm-audience.ts';

/** Runs a sample of libreswan's suite on a farm and here. Throws where the run folders differ in more than times. */
export async function benchReal(audience: Audience, every: number, workers: number): Promise<boolean> {
  const field = await Field.start(audience);
  const output = mkdtempSync(join(tmpdir(), 'espalier-bench-farm-'));
  audience.after(() => rmSync(output, { recursive: true, force: true }));
  const run = async (name: string, more: readonly string[], environment: Readonly<Record<string, string>>) => {
    const args = ['run', 'libreswan', '--shard', `1/${every}`, '--seed', '5', '--output', join(output, name), ...more];
    const begin = performance.now();
    const { code, stderr } = await field.espalier(args, { ...environment, ESPALIER_CACHE: cacheDir() });
    if (code === null || code > 1) throw new EspalierError('infrastructure', `${name}: exit code ${code}\n${stderr}`);
    const dir = readdirSync(join(output, name)).find((entry) => entry.includes('_')) ?? '';
    return { code, dir: join(output, name, dir), seconds: Math.round((performance.now() - begin) / 1000) };
  };
  for (let count = 0; count < workers; count += 1) field.worker();
  const far = await run('far', [], field.driverEnvironment);
  const moved = await bytesOf(field);
  const again = await run('again', [], field.driverEnvironment);
  const movedAgain = await bytesOf(field);
  const near = await run('near', ['-j', String(workers)], {});
  const attempts = assertSameRun(far.dir, near.dir);
  figure('attempts that are the same to the byte, but for times', String(attempts));
  figure('seconds on the farm, a second time, and here', `${far.seconds}, ${again.seconds}, ${near.seconds}`);
  const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  figure(
    'sent to the farm, by the first run and the second',
    `${mib(moved.input)}, ${mib(movedAgain.input - moved.input)}`,
  );
  figure('a result', `${Math.round(moved.result / attempts / 1024)} KiB`);
  return far.code === near.code && again.code === near.code;
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
