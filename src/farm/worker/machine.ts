import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** This machine, as its workers name it: the same for all that share its hardware, another one after a restart. */
export function machineName(): string {
  try {
    return `${hostname()}-${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)}`;
  } catch {
    return hostname();
  }
}
