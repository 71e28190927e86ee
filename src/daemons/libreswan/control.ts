import { type Authentication, credentialOf } from '../../connection/authentication.ts';
import type { View } from '../../connection/view.ts';
import type { Control } from '../daemon.ts';
import { waitFor, waitForEnd } from '../shell.ts';
import { isAtLeast } from '../version.ts';
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
      ...checkConfiguration,
      'ipsec initnss > /tmp/initnss.log 2>&1 || cat /tmp/initnss.log',
      ...views.flatMap(importKeys),
      `ipsec pluto --config /etc/ipsec.conf --logfile ${plutoLog} --leak-detective`,
      waitFor(`${whack} --briefstatus`, plutoLog),
      noneRefused,
      ...views.map(({ connection }) => waitFor(isLoaded(connection.name), plutoLog)),
    ],
    reload: (views) => [
      ...checkConfiguration,
      `${whack} --rereadall > /dev/null`,
      ...views.map(({ connection }) =>
        isFive ? `ipsec add ${connection.name}` : `ipsec auto --add ${connection.name}`,
      ),
    ],
    initiate: (name) => (isFive ? `ipsec up ${name}` : `ipsec auto --up ${name}`),
    terminate: ({ connection }) => (isFive ? `ipsec down ${connection.name}` : `ipsec auto --down ${connection.name}`),
    stop: `${whack} --shutdown > /dev/null; ${waitForEnd('pluto')}`,
    kill: 'kill -KILL $(pidof pluto); rm -f /run/pluto/pluto.pid',
    listSas: `${whack} --showstates; ${whack} --trafficstatus`,
    readSas: readStates,
  };
}

/** pluto itself would start without what it does not understand. */
const checkConfiguration = ['ipsec addconn --config /etc/ipsec.conf --checkconfig'];

/** pluto has a process of its own load the connections, and goes on when it takes one of them for wrong. */
const noneRefused = `${waitForEnd('addconn')}; ! grep 'failed to add connection' ${plutoLog}`;

function isLoaded(name: string): string {
  return `ipsec whack --status | grep -q '"${name}"'`;
}

const database = 'sql:/var/lib/ipsec/nss';

/** Keys and certificates live in pluto's NSS database, which takes them as PKCS#12. */
function importKeys({ connection, local, remote }: View): string[] {
  const folder = `/etc/ipsec.d/${connection.name}`;
  const lines: string[] = [];
  if (credentialOf(local.authentication) !== undefined) {
    lines.push(
      `openssl pkcs12 -export -passout pass: -name ${connection.name} -in ${folder}/local.pem -inkey ${folder}/key.pem ` +
        `-out ${folder}/local.p12 && pk12util -i ${folder}/local.p12 -d ${database} -W '' > /dev/null`,
    );
  }
  if (local.authentication.method === 'raw-key') lines.push(importRawKey(connection.name, folder));
  for (const [name, trust] of certificatesOf(local.authentication, remote.authentication)) {
    lines.push(`certutil -A -a -n ${connection.name}-${name} -t ${trust} -d ${database} -i ${folder}/${name}.pem`);
  }
  const { crls = [] } = credentialOf(remote.authentication) ?? {};
  lines.push(...crls.map((_, index) => importRevocationList(`${folder}/crl${index}`)));
  return lines;
}

/** NSS takes a key with a certificate only, which is taken out again: pluto would send it. */
function importRawKey(name: string, folder: string): string {
  return [
    `openssl req -x509 -new -key ${folder}/key.pem -subj /CN=${name} -out ${folder}/key.crt`,
    `openssl pkcs12 -export -passout pass: -name ${name} -in ${folder}/key.crt -inkey ${folder}/key.pem -out ${folder}/key.p12`,
    `pk12util -i ${folder}/key.p12 -d ${database} -W '' > /dev/null`,
    `certutil -D -n ${name} -d ${database}`,
  ].join(' && ');
}

/** NSS takes revocation lists in DER, after the authority that signed them. */
function importRevocationList(path: string): string {
  const der = `openssl crl -in ${path}.pem -outform DER -out ${path}.der`;
  return `${der} && crlutil -I -i ${path}.der -d ${database} > /dev/null`;
}

function certificatesOf(local: Authentication, remote: Authentication): [name: string, trust: string][] {
  const { intermediates = [] } = credentialOf(local) ?? {};
  return [
    ...intermediates.map((_, index): [string, string] => [`intermediate${index}`, ',,']),
    ...(credentialOf(remote) === undefined ? [] : ([['root', 'CT,,']] as [string, string][])),
  ];
}
