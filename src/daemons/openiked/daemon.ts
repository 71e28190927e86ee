import { hostWith } from '../host.ts';
import { words } from './algorithms.ts';
import { build } from './build.ts';
import { control } from './control.ts';
import { faults, processes } from './faults.ts';
import { limits } from './limits.ts';
import { ikedFact } from './read.ts';
import { render } from './render.ts';
import { whole } from './whole.ts';

/** A host with OpenIKED's iked. Its labs boot a kernel with PF_KEY. */
export const openiked = hostWith({
  name: 'openiked',
  packages: ['openiked'],
  versions: [
    { version: '7.4', image: 'debian-trixie-openiked' },
    { version: '7.2', image: 'debian-bookworm-openiked' },
  ],
  default: '7.4',
  build,
  stacks: ['pfkey'],
  withoutStack: { xfrm: 'iked talks to the kernel by PF_KEY alone (iked/pfkey.c)' },
  words,
  limits,
  whole,
  render,
  control,
  processes,
  faults,
  startedBy: /(?<!\b(?:pidof|pgrep) )(?<![\w.-])iked(?= +-| *[&>)]| *$)/,
  readLine: (line) => {
    const fact = ikedFact(line);
    return fact === undefined ? [] : [fact];
  },
});
