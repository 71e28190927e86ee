import { shellWord } from '../../base/text.ts';
import type { End } from '../../connection/connection.ts';
import { type IdentityType, identityType } from '../../connection/identity.ts';
import type { Control } from '../daemon.ts';
import { waitFor, waitForEnd } from '../shell.ts';
import { byNameProgram } from './by-name.ts';
import { readIkedSas } from './read.ts';
import { assignedInterface, openikedName } from './render.ts';

const log = '/var/log/iked.log';
const byName = '/usr/local/libexec/by-name';

/** iked does not start without a key, although a secret needs none. The package makes it in the same way. */
const key = '/etc/iked/private/local.key';
const makeKey = `test -f ${key} || openssl ecparam -genkey -name prime256v1 -noout -out ${key}`;

const makeInterface = `test -e /sys/class/net/${assignedInterface} || ip link add ${assignedInterface} up type dummy`;

const idTypes: Partial<Record<IdentityType, string>> = {
  ipv4: 'IPV4',
  ipv6: 'IPV6',
  fqdn: 'FQDN',
  rfc822: 'UFQDN',
  dn: 'ASN1_DN',
};

/** An identity as iked shows it: `FQDN/east.test`. */
function idOf({ identity, address }: End): string {
  const text = identity ?? address;
  const type = identityType(text) ?? 'fqdn';
  return `${idTypes[type]}/${type === 'dn' ? openikedName(text) : text}`;
}

/** How iked is driven: by ikectl. */
export function control(): Control {
  return {
    collect: [log],
    helpers: [{ path: byName, mode: 0o755, content: byNameProgram }],
    start: (views) => {
      // Passive: it answers peers, and initiates when `ikectl active` says so.
      const passive = views.some(({ local }) => local.start === 'start') ? '' : ' -S';
      return [
        ...(views.some(({ local }) => local.requests !== undefined) ? [makeInterface] : []),
        makeKey,
        'iked -n > /tmp/iked.check 2>&1 || ( cat /tmp/iked.check; false )',
        `( iked -dv${passive} > ${log} 2>&1 & )`,
        waitFor('ikectl show sa', log),
      ];
    },
    reload: () => ['iked -n > /tmp/iked.check 2>&1 || ( cat /tmp/iked.check; false )', 'ikectl reload'],
    initiate: (name, view) => (view ? 'ikectl active' : `${byName} initiate ${shellWord(name)}`),
    terminate: (name, view) =>
      view ? `ikectl reset id '${idOf(view.remote)}'` : `${byName} terminate ${shellWord(name)}`,
    unknownName: /^iked\.conf has no policy /m,
    stop: `kill -TERM $(pidof iked); ${waitForEnd('iked')}`,
    kill: 'kill -KILL $(pidof iked); rm -f /run/iked.sock',
    listSas: 'ikectl show sa',
    readSas: readIkedSas,
  };
}
