import { hostWith } from '../host.ts';
import { words } from './algorithms.ts';
import { build } from './build.ts';
import { control } from './control.ts';
import { faults, processes } from './faults.ts';
import { limits } from './limits.ts';
import { render } from './render.ts';
import { stackLog } from './strongswan-conf.ts';
import { charonFacts } from './text.ts';
import { whole } from './whole.ts';

/** A host with strongSwan's charon, configured by swanctl. */
export const strongswan = hostWith({
  name: 'strongswan',
  packages: ['strongswan-charon', 'charon-systemd'],
  versions: [
    { version: '6.1.0', image: 'debian-sid-strongswan', imageFor: { pfkey: 'debian-trixie-strongswan-built' } },
    { version: '6.0.1', image: 'debian-trixie-strongswan' },
    { version: '5.9.8', image: 'debian-bookworm-strongswan' },
  ],
  default: '6.0.1',
  stacks: ['xfrm', 'libipsec'],
  userspace: { libipsec: { log: stackLog, process: 'charon' } },
  words,
  build,
  limits,
  whole,
  render,
  control,
  processes,
  faults,
  endedBy: /\b(?:ipsec|strongswan) (?:stop|restart)\b/,
  startedBy:
    /\b(?:ipsec|strongswan) (?:start|restart)\b|\/charon(?:-\w+)?(?![\w.-])|\bsystemctl (?!.*\b(?:stop|kill)\b).*\bstrongswan\b/,
  readLine: charonFacts,
});
