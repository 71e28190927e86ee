import type { Fault } from '../../evidence/text/faults.ts';

export const faults: readonly Fault[] = [
  {
    // iked/proc.c, proc_sig_handler: the parent ends when one of its processes has. `exited okay` is what ends in order.
    kind: 'daemon-fatal',
    message: 'iked lost one of its processes',
    holds: 'lost child: ',
    line: /(?:^|: )lost child: (?:pid )?\S+ (?:terminated; signal \d+|exited abnormally)$/,
  },
  {
    // iked/log.c, vfatalc.
    kind: 'daemon-fatal',
    message: 'a process of iked gave up',
    holds: 'fatal in ',
    line: /(?:^|: )fatal in \w+: /,
  },
];

/** The parent and its children, which it starts anew under the same name. */
export const processes: readonly string[] = ['iked'];
