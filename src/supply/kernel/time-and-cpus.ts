import { EspalierError } from '../../base/errors.ts';
import type { Kconfig } from './kconfig.ts';

/** What a lab asks of its kernel, as `LabPlan` has it. */
interface TimeAndCpus {
  readonly clock?: 'infinite' | 'cpu' | 'real';
  readonly cpus?: number;
}

/**
 * Refuses a lab whose clock and CPUs its kernel does not have: it would ignore the words on its command line, and the lab would be another one. With
 * several CPUs there is no virtual time (arch/um/Kconfig, UML_TIME_TRAVEL_SUPPORT). A kernel that does not say its options may have all.
 */
export function refuseOtherTime({ clock = 'infinite', cpus = 1 }: TimeAndCpus, config: Kconfig): void {
  if (cpus > 1 && clock !== 'real') {
    throw new EspalierError('scenario', `a lab with ${cpus} CPUs has the clock real alone, and not ${clock}`, {
      remedy: "add clock: 'real', or leave out cpus",
    });
  }
  const lacks = (option: string): boolean => config.size > 0 && config.get(option) !== 'y';
  if (cpus > 1 && lacks('CONFIG_SMP')) {
    throw new EspalierError('scenario', `the lab needs ${cpus} CPUs, and its kernel has one (no CONFIG_SMP)`, {
      remedy: 'leave out --kernel, or name a source tree: it is then built as the flavour smp',
    });
  }
  if (clock !== 'real' && lacks('CONFIG_UML_TIME_TRAVEL_SUPPORT')) {
    throw new EspalierError('scenario', `the kernel has no virtual time (no CONFIG_UML_TIME_TRAVEL_SUPPORT)`, {
      remedy: 'leave out --kernel, or name one that has it: with this one only labs of the clock real run',
    });
  }
}
