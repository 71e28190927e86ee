import { hostWith } from '../host.ts';
import { words } from './algorithms.ts';
import { build } from './build.ts';
import { control } from './control.ts';
import { faults, processes } from './faults.ts';
import { limits } from './limits.ts';
import { plutoLogFact } from './pluto-log.ts';
import { plutoStatusFacts } from './pluto-status.ts';
import { endedBy, impairment, startedBy } from './provoked.ts';
import { render } from './render.ts';
import { whole } from './whole.ts';

/** A host with libreswan's pluto. */
export const libreswan = hostWith({
  name: 'libreswan',
  packages: ['libreswan'],
  versions: [
    { version: '5.2', image: 'debian-trixie-libreswan', plain: true },
    { version: '4.10', image: 'debian-bookworm-libreswan' },
  ],
  default: '5.2',
  stacks: ['xfrm'],
  withoutStack: {
    pfkey:
      'pluto built with USE_PFKEYV2 does not link on Linux, and where it is made to link no packet passes (libreswan 5.2)',
  },
  words,
  build,
  limits,
  whole,
  render,
  control,
  processes,
  faults,
  endedBy,
  startedBy,
  impairment,
  readLine: (line) => {
    const fact = plutoLogFact(line);
    return fact === undefined ? plutoStatusFacts(line) : [fact];
  },
});
