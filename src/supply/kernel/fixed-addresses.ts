import { readFileSync } from 'node:fs';
import { run, tail } from '../../base/processes.ts';

/**
 * Why a process may not switch off the randomization of its addresses (personality(2),
 * ADDR_NO_RANDOMIZE); `undefined`: it may. The seccomp profiles of Docker and podman refuse it.
 *
 * User Mode Linux does this at its start and goes on without it. The random distance between its
 * program and its heap, up to 1 GiB, is then added to the lab's memory (linux_main in
 * arch/um/kernel/um_arch.c): most labs exceed the size of file they may write, and none repeats.
 */
export async function refusedFixedAddresses(): Promise<string | undefined> {
  // Nothing to switch off.
  if (readFileSync('/proc/sys/kernel/randomize_va_space', 'latin1').trim() === '0') return undefined;
  const asked = await run('setarch', ['--addr-no-randomize', 'true'], { timeoutMs: 10_000 });
  if (asked.status === 0) return undefined;
  const cause = tail(asked.stderr.toString(), 1).split(': ').at(-1);
  return `personality(ADDR_NO_RANDOMIZE) is refused (${cause})`;
}
