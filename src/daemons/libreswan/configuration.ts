import type { End } from '../../connection/connection.ts';
import { firstAndLast } from '../../connection/network.ts';
import type { View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';
import { isAtLeast } from '../version.ts';
import type { Setting } from './setting.ts';

/** Settings for addresses that one end requests of the other, and for XAUTH. */
export function configurationOf({ connection, local, remote }: View): Setting[] {
  const yes = (one: End, other: End, setting: string): Setting => [
    setting,
    one.requests === undefined && other.requests === undefined ? undefined : 'yes',
  ];
  const assigns = local.assigns ?? remote.assigns;
  if (assigns === undefined) return xauthOf(local, remote);
  const [client, server] = local.requests === undefined ? ['right', 'left'] : ['left', 'right'];
  return [
    yes(local, remote, `${client}modecfgclient`),
    yes(local, remote, `${server}modecfgserver`),
    // A server of IKEv1 would wait to be asked, or tell by itself, and both have to say which.
    ['modecfgpull', connection.ikev1 === undefined ? undefined : 'yes'],
    ...(local.assigns === undefined
      ? []
      : ([
          ['rightaddresspool', assigns.pools.map(range).join(',')],
          ['modecfgdns', assigns.dns && quoted(assigns.dns.join(','))],
        ] as const)),
    ...xauthOf(local, remote),
  ];
}

const all = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;

/** What an end proposes that does not know its address yet (RFC 7296, 2.19). Without it pluto insists on the outer one. */
export function requestedOf({ requests }: End): string | undefined {
  return requests?.map((kind) => all[kind]).join(',');
}

function quoted(text: string): string {
  return `"${text}"`;
}

/** pluto 5 takes IPv4 in CIDR form too, and would then give out the network's own address. */
function range(pool: string): string {
  return pool.includes(':') ? pool : firstAndLast(pool).join('-');
}

function xauthOf(local: End, remote: End): Setting[] {
  if (local.xauth !== undefined) {
    return [
      ['leftxauthclient', 'yes'],
      ['rightxauthserver', 'yes'],
      ['leftusername', local.xauth.user],
    ];
  }
  if (remote.xauth === undefined) return [];
  return [
    ['leftxauthserver', 'yes'],
    ['rightxauthclient', 'yes'],
    ['xauthby', 'file'],
  ];
}

/** Which version of IKE, by which exchange; IKEv2 is the default of both versions of pluto. */
export function ikeVersionOf({ connection: { ikev1 } }: View, version: string): Setting[] {
  if (ikev1 === undefined) return [];
  return [
    isAtLeast(version, '5.0') ? ['keyexchange', 'ikev1'] : ['ikev2', 'no'],
    ['aggressive', ikev1 === 'aggressive' ? 'yes' : undefined],
  ];
}

/** Settings of the daemon as a whole. Without TCP among them pluto has no socket for it. */
export function setupOf(views: readonly View[]): string[] {
  const ikev1 = views.some(({ connection }) => connection.ikev1 !== undefined);
  const tcp = views.some(({ connection }) => connection.encapsulation === 'tcp');
  const uniqueIds = views.map(({ connection }) => connection.uniqueIds).find((one) => one !== undefined);
  return [
    ...(ikev1 ? ['ikev1-policy=accept'] : []),
    ...(tcp ? ['listen-tcp=yes'] : []),
    ...(uniqueIds === undefined ? [] : [`uniqueids=${uniqueIds === 'allow' ? 'no' : 'yes'}`]),
  ];
}

/** The line of ipsec.secrets(5) by which a user answers. */
export function xauthSecretOf({ local: { xauth } }: View): string {
  return xauth === undefined ? '' : `@${xauth.user} : XAUTH "${xauth.password}"\n`;
}

const passwords = '/etc/ipsec.d/passwd';

/** Users that this host asks, each with the password in clear: what `hashPasswords` reads. */
export function userFiles(views: readonly View[]): ConfigFile[] {
  const users = views.flatMap(({ remote }) => remote.xauth ?? []);
  if (users.length === 0) return [];
  const lines = users.map(({ user, password }) => `${user} ${password}\n`);
  return [{ path: `${passwords}.clear`, mode: 0o600, content: [...new Set(lines)].join('') }];
}

/** A shell line that makes the file of hashed passwords (crypt(3)) of `userFiles`. */
export function hashPasswords(views: readonly View[]): string[] {
  if (userFiles(views).length === 0) return [];
  const one = 'printf "%s:%s\\n" "$user" "$(openssl passwd -6 -salt espalier "$password")"';
  return [`while read -r user password; do ${one}; done < ${passwords}.clear > ${passwords}`];
}
