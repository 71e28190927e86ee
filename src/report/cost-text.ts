import type { AttemptCost } from '../model/attempt.ts';

/** Parts of an attempt's CPU time as people read them, in the order in which they come. */
export const costParts = {
  boot: 'bootCpuMs',
  'daemon start': 'daemonStartCpuMs',
  commands: 'commandsCpuMs',
  'post-mortem': 'postMortemCpuMs',
  capture: 'captureCpuMs',
  waiting: 'waitingCpuMs',
  judging: 'judgingCpuMs',
} as const satisfies Readonly<Record<string, keyof AttemptCost>>;

/** `boot 65 ms, daemon start 331 ms, …`: parts that cost something. */
export function costText(cost: AttemptCost): string {
  return Object.entries(costParts)
    .map(([name, key]) => [name, cost[key] ?? 0] as const)
    .filter(([, ms]) => ms > 0)
    .map(([name, ms]) => `${name} ${ms} ms`)
    .join(', ');
}
