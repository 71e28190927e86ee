import { hostWith } from '../host.ts';
import { words } from './algorithms.ts';
import { control, vpncLog } from './control.ts';
import { limits } from './limits.ts';
import { vpncFacts } from './read.ts';
import { render } from './render.ts';

/** A host with vpnc, a client of IKEv1 with ESP of its own. Upstream has called all that followed 0.5.3 by the date. */
export const vpnc = hostWith({
  name: 'vpnc',
  packages: ['vpnc'],
  versions: [
    { version: '0.5.3.20260629', image: 'debian-sid-vpnc' },
    { version: '0.5.3.20241220', image: 'debian-trixie-vpnc' },
    { version: '0.5.3.20220927', image: 'debian-bookworm-vpnc' },
  ],
  default: '0.5.3.20241220',
  stacks: ['tunip'],
  withoutStack: {
    xfrm: 'vpnc encrypts and decrypts by itself (tunip.c)',
    pfkey: 'vpnc encrypts and decrypts by itself (tunip.c)',
  },
  userspace: { tunip: { log: vpncLog, process: 'vpnc' } },
  words,
  limits,
  // A tunnel has a process and a file of its own.
  whole: [],
  render,
  control,
  // It runs as long as its tunnel does.
  processes: ['vpnc'],
  // A failed assert(3) and damaged memory are the C library's to tell.
  faults: [],
  endedBy: /\bvpnc-tunnel (?:down|end)\b|\bvpnc-disconnect\b/,
  startedBy: /\bvpnc-tunnel up\b|(?<!\b(?:pidof|pgrep) )(?<![\w./-])vpnc(?= +[\w/-]| *[&>)]| *$)/,
  readLine: vpncFacts,
});
