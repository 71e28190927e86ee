import { cpus, release } from 'node:os';
import { startProgress } from '../../base/progress.ts';
import type { LabSupply } from '../../lab/supply.ts';
import type { XfrmBench } from '../../model/xfrm-bench.ts';
import { ensureXfrmBench, programBytes } from '../../supply/kernel/guest.ts';
import { type Bench, measureCell } from './cell.ts';
import { Curves } from './collect.ts';
import type { Grid } from './grid.ts';

/** A kernel to be measured. */
export interface BenchedKernel {
  /** What its user calls it. */
  readonly name?: string;
  readonly supply: LabSupply;
}

/** Cost of a cell against others: a lab, and its entries. */
const weight = { lab: 500, entry: 0.06 };

/**
 * Measures a grid on one kernel or on several, whose labs take turns: what else this machine does then hits all of them. `limitSeconds` of
 * CPU are what one operation may take. Throws what a lab throws; what a kernel has not is no error.
 */
export async function runXfrmBench(
  kernels: readonly BenchedKernel[],
  grid: Grid,
  limitSeconds: number,
): Promise<XfrmBench> {
  const limitMs = limitSeconds * 1000;
  const program = programBytes(await ensureXfrmBench(), 'the program of the bench');
  const benches: (Bench & { readonly name: string })[] = [];
  for (const { name: called, supply } of kernels) {
    const kernel = await supply.kernel();
    const isCalledAlike = kernels.filter(({ name }) => name === called).length > 1;
    benches.push({
      name: called === undefined || isCalledAlike ? kernel.id : called,
      supply,
      program,
      limitMs,
      kernel,
    });
  }
  const curves = new Curves(limitMs);
  const weightOf = (count: number): number => weight.lab + count * grid.repeatsOf(count) * weight.entry;
  const whole = grid.rows.length * benches.length * grid.counts.reduce((sum, count) => sum + weightOf(count), 0);
  let done = 0;
  using progress = startProgress('measuring');
  for (const { variant, operations } of grid.rows) {
    for (const count of grid.counts) {
      for (const [kernel, bench] of benches.entries()) {
        const open = curves.goOn(kernel, variant, operations);
        progress.update(done / whole, `${variant.table}/${variant.name}, ${count} entries, ${bench.name}`);
        const cell = { variant, count, operations: open, repeats: grid.repeatsOf(count) };
        if (open.length > 0) curves.take({ kernel, variant, count }, open, await measureCell(cell, bench));
        done += weightOf(count);
      }
    }
  }
  progress.end('measured');
  return {
    version: 1,
    kernels: benches.map(({ name, kernel: { id, sha256 } }) => ({ name, id, sha256 })),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', kernel: release() },
    limitSeconds,
    ...curves.all(),
  };
}
