import { EspalierError } from '../../base/errors.ts';
import { memoryOf } from '../../supply/kernel/lab-memory.ts';
import type { Definition } from './api/scenario.ts';

/** MiB: with less a lab's hosts do not come up, and with more it is a machine. */
const [least, most] = [128, 65_536];

/** Memory of a scenario's lab, MiB. Raises `usage` for what no lab can have. */
export function memoryFor({ memory, hosts }: Definition): number {
  if (memory === undefined) return memoryOf(Object.keys(hosts).length);
  if (Number.isInteger(memory) && memory >= least && memory <= most) return memory;
  throw new EspalierError('usage', `memory: ${memory} is no number of MiB from ${least} to ${most}`);
}
