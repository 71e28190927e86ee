import { credentialOf } from '../../connection/authentication.ts';
import type { View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';

/** Keys, certificates and revocation lists of a connection, in the folders where swanctl looks for them. */
export function credentialFiles({ connection, local, remote }: View): ConfigFile[] {
  const file = (folder: string, name: string, content: string): ConfigFile => ({
    path: `/etc/swanctl/${folder}/${connection.name}-${name}.pem`,
    mode: folder === 'private' ? 0o600 : 0o644,
    content,
  });
  const files: ConfigFile[] = [];
  const [one, other] = [local.authentication, remote.authentication];
  const [own, peers] = [credentialOf(one), credentialOf(other)];
  if (own !== undefined) {
    const { certificate, privateKey, intermediates } = own;
    files.push(file('x509', 'local', certificate), file('private', 'local', privateKey));
    files.push(...intermediates.map((pem, index) => file('x509ca', `intermediate${index}`, pem)));
  } else if (one.method === 'raw-key') {
    files.push(file('pubkey', 'local', one.key.publicKey), file('private', 'local', one.key.privateKey));
  }
  if (peers !== undefined) {
    files.push(file('x509ca', 'root', peers.root));
    files.push(...peers.crls.map((pem, index) => file('x509crl', `${index}`, pem)));
  } else if (other.method === 'raw-key') files.push(file('pubkey', 'remote', other.key.publicKey));
  return files;
}
