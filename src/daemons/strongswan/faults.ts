import type { Fault } from '../../evidence/text/faults.ts';

/** charon's daemons and starter catch the signals of their own faults, log them, and abort (charon.c, segv_handler). */
const crashed: Fault = {
  kind: 'daemon-fatal',
  message: 'a daemon crashed',
  holds: ' received ',
  line: /(?:^|\s)\d\d\[(?:DMN|APP)\] (?:<[^>]*> )?(?:killing ourself, received critical signal|thread \d+ received (?:4|6|7|8|11)$)/,
};

export const faults: readonly Fault[] = [
  crashed,
  {
    // library.c, sum_leaks: of a build with the leak detective, to standard error.
    kind: 'memory-leak',
    message: 'the leak detective found leaks',
    holds: ' detected, ',
    line: /^(?:One leak|\d+ leaks) detected, /,
  },
];

export const processes: readonly string[] = ['charon', 'charon-systemd', 'charon-nm', 'charon-tkm', 'starter'];
