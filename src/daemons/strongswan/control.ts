import { shellWord } from '../../base/text.ts';
import type { Stack } from '../../model/stacks.ts';
import type { Control } from '../daemon.ts';
import { interfaceLines } from '../interface.ts';
import { waitFor, waitForEnd } from '../shell.ts';
import { byNameProgram } from './by-name.ts';
import { listSasRequest, readListedSas } from './read.ts';
import { byStack, charonLog, stackLog } from './strongswan-conf.ts';
import { viciProgram } from './vici-client.ts';

const vici = '/usr/local/libexec/vici';
const byName = '/usr/local/libexec/by-name';

/** What charon says before its log is open, and instead of it. */
const charonOutput = '/var/log/charon.out';

/** Fails where charon took only some of what the files say, and where swanctl could not read them, which it takes for none. */
const load =
  'swanctl --load-all --noprompt > /tmp/load 2>&1 && ! grep -q "^invalid config file" /tmp/load || ( cat /tmp/load; false )';

/** Where the programs are in the packages, and where strongSwan's own suite builds them. */
const programs = {
  xfrm: '/usr/lib/ipsec/charon',
  libipsec: '/usr/lib/ipsec/charon',
  pfkey: '/usr/local/libexec/ipsec/charon',
};

/** What charon waits in all after a request and five retransmissions: the n-th wait is 4 s × 1.8ⁿ (strongswan.conf(5), retransmit_*), 165.06 s. */
const givesUpAfter = 166;

/** How charon is driven: by swanctl. */
export function control(_version: string, stack: Stack): Control {
  const isUserspace = stack === 'libipsec';
  return {
    collect: [charonLog, charonOutput, ...(isUserspace ? [stackLog] : [])],
    givesUpAfter,
    helpers: [
      { path: vici, mode: 0o755, content: viciProgram },
      { path: byName, mode: 0o755, content: byNameProgram },
      // There from the beginning: where it is missing at the end, evidence is lost.
      ...(isUserspace ? [{ path: stackLog, mode: 0o644, content: '' }] : []),
    ],
    start: (views) => [
      ...interfaceLines(views),
      `( ${byStack(programs, stack)} > ${charonOutput} 2>&1 & )`,
      waitFor('test -S /run/charon.vici', charonOutput, charonLog),
      load,
    ],
    reload: () => [load],
    initiate: (name, view) => (view ? `swanctl --initiate --child ${name}` : `${byName} initiate ${shellWord(name)}`),
    terminate: (name, view) => {
      if (view === undefined) return `${byName} terminate ${shellWord(name)}`;
      return `swanctl --terminate --${view.childOf === undefined ? 'ike' : 'child'} ${name}`;
    },
    unknownName: /^charon has no connection and no child /m,
    stop: `kill -TERM $(pidof charon); ${waitForEnd('charon')}`,
    kill: 'kill -KILL $(pidof charon); rm -f /run/charon.pid /run/charon.vici',
    listSas: `${vici} ${listSasRequest}`,
    readSas: readListedSas,
  };
}
