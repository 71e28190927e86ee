import { shellQuoted, shellWord } from '../../base/text.ts';
import { childViews, type View } from '../../connection/view.ts';
import type { Control } from '../daemon.ts';
import { interfaceLines } from '../interface.ts';
import { waitFor, waitForEnd } from '../shell.ts';
import { isAtLeast } from '../version.ts';
import { hashPasswords } from './configuration.ts';
import { importKeys } from './nss.ts';
import { readStates } from './read.ts';
import { plutoLog } from './render.ts';

/** How pluto is driven. */
export function control(version: string): Control {
  const whack = 'ipsec whack';
  const isFive = isAtLeast(version, '5.0');
  return {
    collect: [plutoLog],
    helpers: [],
    start: (views) => [
      // Its updown script makes those of XFRM; for a VTI it wants ip_vti0, which namespaces need not have.
      ...interfaceLines(views.filter(({ local }) => local.interface?.kind === 'vti')),
      ...checkConfiguration,
      'ipsec initnss > /tmp/initnss.log 2>&1 || cat /tmp/initnss.log',
      ...views.flatMap(importKeys),
      ...hashPasswords(views),
      `ipsec pluto --config /etc/ipsec.conf --logfile ${plutoLog} --leak-detective`,
      waitFor(`${whack} --briefstatus`, plutoLog),
      noneRefused,
      ...sectionNames(views).map((name) => waitFor(isLoaded(name), plutoLog)),
    ],
    reload: (views) => [
      ...checkConfiguration,
      `${whack} --rereadall > /dev/null`,
      ...sectionNames(views).map((name) => (isFive ? `ipsec add ${name}` : `ipsec auto --add ${name}`)),
    ],
    initiate: (name) => `ipsec ${isFive ? 'up' : 'auto --up'} ${shellWord(name)}`,
    terminate: (name, view) => {
      const down = (one: string): string => `ipsec ${isFive ? 'down' : 'auto --down'} ${shellWord(one)}`;
      if (view === undefined) return `${isFive ? '' : isKnown(name)}${down(name)}`;
      // While others share the IKE SA, pluto deletes the Child SA of one connection alone; the last one takes the IKE SA with it.
      const [own, ...further] = childViews(view).map(({ connection }) => connection.name) as [string, ...string[]];
      return [...further, own].map(down).join('; ');
    },
    unknownName: /^(?:000 |\d{3} )?no connection (?:or alias )?named "/m,
    stop: `${whack} --shutdown > /dev/null; ${waitForEnd('pluto')}`,
    kill: 'kill -KILL $(pidof pluto); rm -f /run/pluto/pluto.pid',
    listSas: `${whack} --showstates; ${whack} --trafficstatus`,
    readSas: readStates,
    // Since 5.2 with the name of who says it. Its exit status is the number of the last message, other than 0 where traffic is listed.
    unanswered: /^(?:ERROR: ipsec )?whack: /m,
  };
}

function sectionNames(views: readonly View[]): string[] {
  const children = views.flatMap(childViews).map(({ connection }) => connection.name);
  return [...children, ...views.flatMap(({ local }) => local.policies ?? []).map(({ name }) => name)];
}

/** pluto itself would start without what it does not understand. */
const checkConfiguration = ['ipsec addconn --config /etc/ipsec.conf --checkconfig'];

/** pluto has a process of its own load the connections, and goes on when it takes one of them for wrong. */
const noneRefused = `${waitForEnd('addconn')}; ! grep 'failed to add connection' ${plutoLog}`;

/** pluto 4 has no word for a name that it does not know, where it is to end something. */
function isKnown(name: string): string {
  const word = shellWord(name);
  const refusal = shellQuoted(`no connection named "${name}"`);
  return `ipsec whack --status | grep -q -w -F -e ${word} || { echo ${refusal}; false; } && `;
}

function isLoaded(name: string): string {
  return `ipsec whack --status | grep -q '"${name}"'`;
}
