import { readFileSync } from 'node:fs';
import type { BackendEnd } from '../substrate.ts';

type Fault = Pick<BackendEnd, 'fault' | 'detail' | 'byMachine'>;

/** What the kernel says when a lab cannot go on, and what to make of the line. */
interface Sign {
  readonly line: RegExp;
  readonly fault: NonNullable<BackendEnd['fault']>;
  /** It is this machine's fault, whatever the lab says besides. `memory`: the folder of the lab's memory. */
  readonly machine?: (memory: string) => string;
}

/** In order of precedence: the machine's faults are the cause of all others. */
const signs: readonly Sign[] = [
  {
    // The kernel met memory behind which there is no file (arch/um/kernel/trap.c, relay_signal).
    line: /Bus error - the host .* ran out of space/,
    fault: 'out-of-memory',
    machine: (memory) => `the folder of its memory is full: ${memory} (ESPALIER_TMP names another)`,
  },
  {
    // An image, which no lab can change: its file, or the memory that it is read into.
    line: /I\/O error, dev loop\d+, sector \d+ op 0x0:\(READ\).*/,
    fault: 'lab-died',
    machine: (memory) => `an image could not be read, or the folder of its memory is full: ${memory}`,
  },
  { line: /VFS: Cannot open root device.*|No working init found.*|Failed to execute \/agent.*/, fault: 'boot-failed' },
  { line: /Kernel panic - not syncing: .*/, fault: 'panic' },
  { line: /Out of memory: Killed process.*|oom-kill:.*/, fault: 'out-of-memory' },
];

/** Reads the fault, if any, out of a lab's kernel log. */
export function faultIn(log: string, memory: string): Fault {
  for (const { line, fault, machine } of signs) {
    const found = line.exec(log)?.[0];
    if (found === undefined) continue;
    return machine === undefined ? { fault, detail: found } : { fault, detail: machine(memory), byMachine: true };
  }
  return {};
}

/** `faultIn` of a file; a missing file has none. */
export function faultInFile(path: string, memory: string): Fault {
  try {
    return faultIn(readFileSync(path, 'latin1'), memory);
  } catch {
    return {};
  }
}
