import { EspalierError } from '../../base/errors.ts';
import type { LabPlan } from '../../model/scenario.ts';

/** Refuses a test whose clock is this machine's: it would run on while a debugger holds the kernel. */
export function refuseRunningClock(test: string, { clock = 'infinite' }: Pick<LabPlan, 'clock'>): void {
  if (clock === 'infinite') return;
  throw new EspalierError('usage', `${test} runs on this machine's clock (${clock}), which no debugger stops`);
}
