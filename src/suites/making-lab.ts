import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { tail } from '../base/processes.ts';
import { makeWorkFolder } from '../base/work-folder.ts';
import { consoles } from '../evidence/records/consoles.ts';
import { readRecords } from '../evidence/records/reader.ts';
import { startLab } from '../lab/substrate/lifecycle.ts';
import { defaultLimits } from '../lab/substrate/watchdog.ts';
import type { LabSupply } from '../lab/supply.ts';
import type { LabPlan } from '../model/scenario.ts';

/** Making keys is hard work without a word; only the outside's patience bounds it. */
const limits = { ...defaultLimits, spinCpuMs: 900_000 };

/** A lab that makes something for later labs. */
export interface MakingLab {
  readonly what: string;
  readonly plan: LabPlan;
  readonly supply: LabSupply;
}

/**
 * Runs a lab whose commands must all succeed and hands its collected files to `take`. Seeded,
 * so that equal inputs make equal files.
 */
export async function runMakingLab<T>(making: MakingLab, take: (files: string) => Promise<T>): Promise<T> {
  const { what, plan, supply } = making;
  const { substrate, signal } = supply;
  using work = makeWorkFolder('lab');
  const dir = work.path;
  const kernel = (await supply.kernel()).path;
  await using lab = await startLab(substrate, { dir, plan, kernel, seed: 1n, hold: false }, limits);
  const stop = (): void => lab.cancel();
  signal?.addEventListener('abort', stop, { once: true });
  const { end } = await lab.ended;
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted) throw new EspalierError('cancelled', `stopped while making ${what}`);
  requireSuccess(making, dir, end.word === 'completed' ? undefined : `${end.word}: ${end.detail ?? ''}`);
  return await take(join(dir, 'files'));
}

function requireSuccess(making: MakingLab, dir: string, trouble: string | undefined): void {
  const commands = consoles(readRecords(readFileSync(join(dir, 'records')))).flatMap((one) => one.commands);
  const failed = commands.find(({ status }) => status !== 0);
  if (trouble === undefined && failed === undefined) return;
  throw new EspalierError('infrastructure', `${making.what} could not be made${trouble ? ` (${trouble})` : ''}`, {
    ...(failed && { command: failed.line, output: tail(Buffer.from(failed.output).toString('latin1')) }),
    remedy: 'this is a fault of Espalier or of the suite, not of a test',
  });
}
