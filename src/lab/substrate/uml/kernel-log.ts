import { readFileSync } from 'node:fs';
import type { BackendEnd } from '../substrate.ts';

type Sign = readonly [pattern: RegExp, fault: NonNullable<BackendEnd['fault']>];

/** What the kernel says when a lab cannot go on, in order of precedence. */
const signs: readonly Sign[] = [
  [/VFS: Cannot open root device.*|No working init found.*|Failed to execute \/agent.*/, 'boot-failed'],
  [/Kernel panic - not syncing: .*/, 'panic'],
  [/Out of memory: Killed process.*|oom-kill:.*/, 'out-of-memory'],
];

/** Reads the fault, if any, out of a lab's kernel log. */
export function faultIn(log: string): Pick<BackendEnd, 'fault' | 'detail'> {
  for (const [pattern, fault] of signs) {
    const detail = pattern.exec(log)?.[0];
    if (detail !== undefined) return { fault, detail };
  }
  return {};
}

/** `faultIn` of a file; a missing file has none. */
export function faultInFile(path: string): Pick<BackendEnd, 'fault' | 'detail'> {
  try {
    return faultIn(readFileSync(path, 'latin1'));
  } catch {
    return {};
  }
}
