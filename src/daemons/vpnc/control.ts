import { shellWord } from '../../base/text.ts';
import type { View } from '../../connection/view.ts';
import type { Control } from '../daemon.ts';
import { tunnelProgram } from './program.ts';
import { readTunnels } from './read.ts';

/** What vpnc says, each line with the time: the evidence of a host whose SAs no kernel has. */
export const vpncLog = '/var/log/vpnc.log';

const tunnel = '/usr/local/libexec/vpnc-tunnel';

/** How vpnc is driven: it is no service, so that a daemon that has started is one whose files can be read. */
export function control(): Control {
  return {
    collect: [vpncLog],
    helpers: [
      { path: tunnel, mode: 0o755, content: tunnelProgram },
      // There from the beginning: where it is missing at the end, evidence is lost.
      { path: vpncLog, mode: 0o644, content: '' },
    ],
    start: (views) => [...checks(views), ...views.filter(isStarted).map(up)],
    reload: checks,
    initiate: (name) => `${tunnel} up ${shellWord(name)}`,
    terminate: (name) => `${tunnel} down ${shellWord(name)}`,
    unknownName: /^vpnc has no file of /m,
    stop: `${tunnel} end`,
    kill: 'kill -KILL $(pidof vpnc); rm -f /run/vpnc-*.pid',
    listSas: `${tunnel} list`,
    readSas: readTunnels,
  };
}

function isStarted({ local }: View): boolean {
  return local.start === 'start';
}

function up({ connection }: View): string {
  return `${tunnel} up ${connection.name}`;
}

/** vpnc goes on past lines that it does not understand. */
function checks(views: readonly View[]): string[] {
  const said = '/tmp/vpnc.check';
  return views.map(
    ({ connection: { name } }) =>
      `vpnc --print-config ${name} > /dev/null 2> ${said} && ! grep -q warning: ${said} || ( cat ${said}; false )`,
  );
}
