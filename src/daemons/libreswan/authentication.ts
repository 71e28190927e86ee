import { credentialOf, keyOf } from '../../connection/authentication.ts';
import type { End } from '../../connection/connection.ts';
import { identityType, keyIdOf } from '../../connection/identity.ts';
import type { View } from '../../connection/view.ts';
import { xauthSecretOf } from './configuration.ts';
import type { Setting } from './setting.ts';

/** A name has an `@` in front, so that it is not looked up; a distinguished name stands in quotes, and a key ID in brackets. */
export function identity(text: string): string {
  const type = identityType(text);
  if (type === 'dn') return `"${text}"`;
  if (type === 'key-id') return `@[${keyIdOf(text)}]`;
  return type === 'fqdn' ? `@${text}` : text;
}

/** How both ends prove who they are. Of the words for keys it is the one of the key that there is: pluto would try RSA with an ECDSA key where both were allowed. */
export function authenticationOf({ connection, local, remote, childOf: parent = connection.name }: View): Setting[] {
  const [own, peers] = [authenticationWord(local), authenticationWord(remote)];
  const eap = [local, remote].map(({ authentication }) => authentication).find(({ method }) => method === 'eap');
  const certificate: Setting[] = [
    ['leftcert', parent],
    ['leftsendcert', 'always'],
  ];
  return [
    ...(own === peers && eap === undefined
      ? ([['authby', own]] as const)
      : ([
          ['leftauth', own],
          ['rightauth', peers],
        ] as const)),
    // pluto wants to be told of both ends, and `eaponly` is the one that is authenticated so.
    ...(eap?.method === 'eap'
      ? ([
          ['leftautheap', eap.eap],
          ['rightautheap', eap.eap],
        ] as const)
      : []),
    ...(credentialOf(local.authentication) === undefined ? [] : certificate),
    ['leftpubkey', publicKeyOf(local)],
    ['rightpubkey', publicKeyOf(remote)],
    // The peer has the root alone.
    ['sendca', hasIntermediates(local) ? 'all' : undefined],
  ];
}

/** SubjectPublicKeyInfo in base64. Its own half tells pluto which private key in its database is meant. */
function publicKeyOf({ authentication }: End): string | undefined {
  if (authentication.method !== 'raw-key') return undefined;
  return authentication.key.publicKey.replace(/-----[^-]*-----|\s/g, '');
}

function hasIntermediates({ authentication }: End): boolean {
  return (credentialOf(authentication)?.intermediates ?? []).length > 0;
}

function authenticationWord({ authentication }: End): string {
  if (authentication.method === 'psk') return 'secret';
  if (authentication.method === 'eap') return 'eaponly';
  return keyOf(authentication)?.kind === 'ecdsa' ? 'ecdsa' : 'rsasig';
}

/** Lines of ipsec.secrets(5). */
export function secretOf(view: View): string {
  const { ppk } = view.connection;
  return (
    sharedSecretOf(view) +
    xauthSecretOf(view) +
    (ppk === undefined ? '' : `${idsOf(view)} : PPKS "${ppk.id}" "${ppk.secret}"\n`)
  );
}

/** Whose secret it is (ipsec.secrets(5)). */
function idsOf({ local, remote }: View): string {
  return [local, remote].map((end) => (end.identity ? identity(end.identity) : end.address)).join(' ');
}

function sharedSecretOf(view: View): string {
  const { local } = view;
  if (local.authentication.method !== 'psk') return '';
  return `${idsOf(view)} : PSK "${local.authentication.secret}"\n`;
}
