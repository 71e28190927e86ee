import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { labMemory } from '../supply/kernel/lab-memory.ts';

/** The machine as a run records it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  readonly node: string;
}

const mebi = 1024 * 1024;

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.floor(totalmem() / mebi),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** Labs that may run at once: as many as are wanted, at least one (one per core where that is left open), and memory allows. */
export function labsAtOnce(wanted = availableParallelism()): number {
  return Math.min(wanted, labsWithin(memoryForLabs()));
}

/** Labs that so much memory is enough for, MiB, each filling what it may; at least one. */
export function labsWithin(memory: number): number {
  return Math.max(1, Math.floor(memory / labMemory));
}

/** Memory that labs may take now, MiB: four fifths of what the kernel and the control group leave. */
function memoryForLabs(): number {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(readText('/proc/meminfo'))?.[1] ?? Number.NaN) / 1024;
  const limit = Number.parseInt(readText('/sys/fs/cgroup/memory.max'), 10);
  const used = Number.parseInt(readText('/sys/fs/cgroup/memory.current'), 10);
  const group = (limit - used) / mebi;
  const bounds = [available, group].filter((bound) => Number.isFinite(bound));
  return Math.floor(0.8 * Math.min(...(bounds.length > 0 ? bounds : [totalmem() / mebi / 2])));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
