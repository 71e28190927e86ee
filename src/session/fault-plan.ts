import { realRoot } from '../base/door/handle.ts';
import { readPlainJson } from '../base/door/read.ts';
import { type FaultPlan, faultPlanSchema } from '../model/faults.ts';
import type { RunOptions } from '../model/run.ts';

/** `--faults FILE`: a plan that somebody wrote, or that `explore` found. Apart from the other options since a list loads no schema. */
export function readFaults(file: string | undefined): Pick<RunOptions, 'faults'> {
  if (file === undefined) return {};
  const { rules, lab }: FaultPlan = readPlainJson(realRoot(file), faultPlanSchema);
  return { faults: { file, rules, ...(lab && { lab }) } };
}
