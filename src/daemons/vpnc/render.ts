import { type Connection, type End, peerWord } from '../../connection/connection.ts';
import { keyIdOf } from '../../connection/identity.ts';
import { netmask } from '../../connection/network.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';
import { wordOf } from '../words.ts';
import { words } from './algorithms.ts';

/** A line of vpnc(8)'s file. Without a value the line is left out; `true` is a line that is its name alone. */
type Setting = readonly [name: string, value: string | number | boolean | undefined];

/** A file of vpnc(8) for each connection: one that it is told to establish. */
export function render(views: readonly View[]): ConfigFile[] {
  return views.map((view) => ({
    path: `/etc/vpnc/${view.connection.name}.conf`,
    mode: 0o600,
    content: settingsOf(view).map(lineOf).join(''),
  }));
}

function lineOf([name, value = false]: Setting): string {
  if (value === false) return '';
  return value === true ? `${name}\n` : `${name} ${value}\n`;
}

/** Without a user in its file vpnc ends, also where nobody asks for one. */
const nobody = { user: 'nobody', password: 'none' };

function settingsOf({ connection, local, remote }: View): Setting[] {
  const { authentication, identity = local.address, xauth = nobody } = local;
  const { liveness, encapsulation } = connection;
  return [
    ['IPSec gateway', peerWord(remote)],
    ['IPSec ID', keyIdOf(identity) ?? identity],
    ['IPSec secret', authentication.method === 'psk' ? quoted(authentication.secret) : undefined],
    ['Xauth username', xauth.user],
    ['Xauth password', quoted(xauth.password)],
    ['Noninteractive', true],
    ['Local Addr', local.address],
    ['IKE DH Group', groupsOf(connection.ike?.proposals)?.[0]],
    ['Perfect Forward Secrecy', connection.child?.proposals && (groupsOf(connection.child.proposals)?.[0] ?? 'nopfs')],
    ['NAT Traversal Mode', encapsulation && (encapsulation === 'force' ? 'force-natt' : 'natt')],
    ['DPD idle timeout (our side)', liveness?.delay],
    ['IPSEC target network', targetOf(remote)],
    // Without these lines it ends where the peer chooses such an algorithm.
    ['Enable weak encryption', names(connection, '3des-cbc')],
    ['Enable no encryption', names(connection, 'null')],
  ];
}

/** The end of a line is no part of a value, unless it is in quotes. */
function quoted(text: string): string {
  return `"${text}"`;
}

type Groups = readonly { readonly keyExchange?: readonly string[] }[];

/** Its words for the groups of proposals, each once. */
function groupsOf(proposals: Groups = []): string[] | undefined {
  const groups = proposals.flatMap(({ keyExchange = [] }) => keyExchange);
  const found = [...new Set(groups)].flatMap((name) => wordOf(words.keyExchange, name, 'ike') ?? []);
  return found.length === 0 ? undefined : found;
}

function names({ ike, child }: Connection, cipher: string): boolean {
  return [...(ike?.proposals ?? []), ...(child?.proposals ?? [])].some(({ encryption }) =>
    encryption.some((one) => one === cipher),
  );
}

/** The peer's network, with its mask in dots: 0.5.3 takes the length of a prefix for one of whole octets (vpnc.c, init_netaddr). */
function targetOf(remote: End): string {
  const [first] = selectorsOf(remote, 'by-peer');
  const [address, prefix] = (first?.network ?? '').split('/');
  return `${address}/${netmask(Number(prefix))}`;
}
