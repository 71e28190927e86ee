import { type Authentication, credentialOf } from '../../connection/authentication.ts';
import type { Connection } from '../../connection/connection.ts';
import type { View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';

/** Keys and certificates of pluto are in an NSS database: files are placed beside it, and imported before pluto starts. */
const database = 'sql:/var/lib/ipsec/nss';

function folderOf({ name }: Connection): string {
  return `/etc/ipsec.d/${name}`;
}

/** The keys and certificates of a connection, in PEM: what `importKeys` takes. */
export function credentialFiles({ connection, local, remote }: View): ConfigFile[] {
  const file = (name: string, content: string, mode = 0o644): ConfigFile => {
    return { path: `${folderOf(connection)}/${name}.pem`, mode, content };
  };
  const [one, other] = [local.authentication, remote.authentication];
  const files: ConfigFile[] = [];
  const [own, peers] = [credentialOf(one), credentialOf(other)];
  if (own !== undefined) {
    const { certificate, privateKey, intermediates } = own;
    files.push(file('local', certificate), file('key', privateKey, 0o600));
    files.push(...intermediates.map((pem, index) => file(`intermediate${index}`, pem)));
  } else if (one.method === 'raw-key') {
    files.push(file('key', one.key.privateKey, 0o600));
  }
  if (peers !== undefined) {
    files.push(file('root', peers.root));
    files.push(...peers.crls.map((pem, index) => file(`crl${index}`, pem)));
  }
  return files;
}

/** Shell lines that put the files of `credentialFiles` into pluto's NSS database, which takes keys as PKCS#12. */
export function importKeys({ connection, local, remote }: View): string[] {
  const folder = folderOf(connection);
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
