import type { Control } from '../daemon.ts';
import { waitFor, waitForEnd } from '../shell.ts';
import { listSasRequest, readListedSas } from './read.ts';
import { charonLog } from './render.ts';
import { viciProgram } from './vici-client.ts';

const vici = '/usr/local/libexec/vici';

/** What charon says before its log is open, and instead of it. */
const charonOutput = '/var/log/charon.out';

/** Fails where charon took only some of what the files say, and where swanctl could not read them, which it takes for none. */
const load =
  'swanctl --load-all --noprompt > /tmp/load 2>&1 && ! grep -q "^invalid config file" /tmp/load || ( cat /tmp/load; false )';

/** How charon is driven: by swanctl. */
export function control(): Control {
  return {
    collect: [charonLog, charonOutput],
    helpers: [{ path: vici, mode: 0o755, content: viciProgram }],
    start: () => [
      `( /usr/lib/ipsec/charon > ${charonOutput} 2>&1 & )`,
      waitFor('test -S /run/charon.vici', charonOutput, charonLog),
      load,
    ],
    reload: () => [load],
    initiate: (name) => `swanctl --initiate --child ${name}`,
    terminate: ({ connection }) => `swanctl --terminate --ike ${connection.name}`,
    stop: `kill -TERM $(pidof charon); ${waitForEnd('charon')}`,
    kill: 'kill -KILL $(pidof charon); rm -f /run/charon.pid /run/charon.vici',
    listSas: `${vici} ${listSasRequest}`,
    readSas: readListedSas,
  };
}
