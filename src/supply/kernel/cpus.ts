import { readFileSync } from 'node:fs';

/** Labs on each CPU that this process may use. */
const labs = new Map<number, number>();

/** CPU numbers out of a kernel list: `0-2,5` is 0, 1, 2, 5. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Number.isInteger(first) ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : [];
  });
}

function allowed(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return parseCpuList(list);
}

/** Takes the CPU with the fewest labs for one more; guest/seed.c says why a lab keeps to one. */
export function claimCpu(): number {
  if (labs.size === 0) {
    // Other processes have labs of their own: not all of them may begin with the same CPU.
    const cpus = allowed();
    const first = process.pid % Math.max(1, cpus.length);
    for (const cpu of [...cpus.slice(first), ...cpus.slice(0, first)]) labs.set(cpu, 0);
  }
  const [cpu] = [...labs].reduce((least, next) => (next[1] < least[1] ? next : least));
  labs.set(cpu, (labs.get(cpu) ?? 0) + 1);
  return cpu;
}

/** Gives a claimed CPU back. */
export function releaseCpu(cpu: number): void {
  labs.set(cpu, Math.max(0, (labs.get(cpu) ?? 0) - 1));
}
