import type { Use } from '../../connection/algorithms.ts';
import { keyOf } from '../../connection/authentication.ts';
import { type Connection, type End, peerWord } from '../../connection/connection.ts';
import { distinguishedNameParts, type IdentityType, identityType } from '../../connection/identity.ts';
import type { ChildSettings, EspProposal, IkeProposal } from '../../connection/sas.ts';
import { protocolNames, selectorsOf } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import { zonedAddress } from '../../connection/zone.ts';
import type { ConfigFile } from '../daemon.ts';
import { type WordTable, wordOf } from '../words.ts';
import { words } from './algorithms.ts';

/** iked.conf(5) and the keys of one host. */
export function render(views: readonly View[]): ConfigFile[] {
  const waits = views.every(({ local }) => local.start !== 'start');
  const policies = views.map((view) => `${policyOf(view, waits).join(' \\\n\t')}\n`);
  const globals = [...globalsOf(views.map(({ connection }) => connection)), ...new Set(views.flatMap(usersOf))].map(
    (line) => `${line}\n`,
  );
  const text = [...(globals.length > 0 ? [globals.join('')] : []), ...policies].join('\n');
  // iked refuses a file that others may read.
  return [{ path: '/etc/iked.conf', mode: 0o600, content: text }, ...views.flatMap(keyFiles)];
}

/** Settings that hold for the whole daemon; connections that want different ones are refused (`whole.ts`). */
function globalsOf(connections: readonly Connection[]): string[] {
  const first = <T>(of: (one: Connection) => T | undefined): T | undefined =>
    connections.map(of).find((value) => value !== undefined);
  const fragmentation = first((one) => one.fragmentation);
  const mobike = first((one) => one.mobike);
  const delay = first((one) => one.liveness?.delay);
  const uniqueIds = first((one) => one.uniqueIds);
  return [
    ...(fragmentation === undefined ? [] : [`set ${fragmentation ? '' : 'no'}fragmentation`]),
    ...(mobike === undefined ? [] : [`set ${mobike ? '' : 'no'}mobike`]),
    ...(delay === undefined ? [] : [`set dpd_check_interval ${delay}`]),
    ...(uniqueIds === undefined ? [] : [`set ${uniqueIds === 'allow' ? 'no' : ''}enforcesingleikesa`]),
  ];
}

/**
 * A policy, word group by word group. Where no connection starts by itself all are `active` and the daemon is started passive
 * as a whole: `ikectl active` makes it initiate, and nothing else lets a single policy wait for a command.
 */
function policyOf(view: View, waits: boolean): string[] {
  const { connection, local, remote } = view;
  const { mode = 'tunnel', ike, child } = connection;
  const peer = zonedAddress(peerWord(remote), local);
  const active = waits || local.start === 'start';
  return [
    `ikev2 "${connection.name}" ${active && remote.seenAs !== 'any' ? 'active' : 'passive'}${child?.ipcomp ? ' ipcomp' : ''} ${mode} esp`,
    ...protocolOf(local),
    ...flowsOf(view),
    `local ${zonedAddress(local.address, local)} peer ${peer}`,
    ...(ike?.proposals ?? []).map(ikeProposal),
    ...(child?.proposals ?? []).map(espProposal),
    `srcid ${identity(local)}`,
    `dstid ${identity(remote)}`,
    ...timesOf(connection),
    ...authenticationOf(local, remote),
    ...requestsOf(local),
    ...assignmentOf(local),
  ];
}

/** The interface that gets addresses, and routes to what the peer has: iked wants the name of one. */
export const assignedInterface = 'iked0';

function requestsOf({ requests = [] }: End): string[] {
  return requests.length === 0 ? [] : ['request address any', `iface ${assignedInterface}`];
}

/** What a peer gets that requests it. */
function assignmentOf({ assigns }: End): string[] {
  return [
    ...(assigns?.pools ?? []).map((pool) => `config address ${pool}`),
    ...(assigns?.dns ?? []).map((server) => `config name-server ${server}`),
  ];
}

function protocolOf(local: End): string[] {
  const protocols = new Set(selectorsOf(local, 'by-itself').flatMap(({ protocol }) => protocol ?? []));
  return [...protocols].map((number) => `proto ${protocolNames[number] ?? number}`);
}

/** Every selector of one end with every one of the other that has its address family. */
function flowsOf({ local, remote }: View): string[] {
  const part = (port: number | undefined): string => (port === undefined ? '' : ` port ${port}`);
  const isSix = (network: string): boolean => network.includes(':');
  const dynamic = ({ requests }: End) => requests?.map(() => ({ network: 'dynamic', port: undefined }));
  const froms = dynamic(local) ?? selectorsOf(local, 'by-itself');
  const tos = dynamic(remote) ?? selectorsOf(remote, 'by-peer');
  return froms.flatMap((from) =>
    tos
      .filter((to) => [from, to].some(isDynamic) || isSix(to.network) === isSix(from.network))
      .map((to) => `from ${from.network}${part(from.port)} to ${to.network}${part(to.port)}`),
  );
}

/** The address that an end is assigned (iked.conf(5), from). */
function isDynamic({ network }: { readonly network: string }): boolean {
  return network === 'dynamic';
}

/** `enc aes-256 enc aes-128`: a keyword in front of every word. */
function listed(keyword: string, names: readonly string[], [table, use]: readonly [WordTable, Use]): string[] {
  return names.map((name) => `${keyword} ${wordOf(table, name, use)}`);
}

function ikeProposal({ encryption, integrity = [], prf, keyExchange }: IkeProposal): string {
  return [
    'ikesa',
    ...listed('enc', encryption, [words.encryption, 'ike']),
    ...listed('auth', integrity, [words.integrity, 'ike']),
    ...listed('prf', prf, [words.prf, 'ike']),
    ...listed('group', keyExchange, [words.keyExchange, 'ike']),
  ].join(' ');
}

const esnWords = { yes: ['esn'], no: ['noesn'], either: ['esn', 'noesn'] };

function espProposal({ encryption, integrity = [], keyExchange = [], esn = 'no' }: EspProposal): string {
  return [
    'childsa',
    ...listed('enc', encryption, [words.encryption, 'esp']),
    ...listed('auth', integrity, [words.integrity, 'esp']),
    ...listed('group', keyExchange, [words.keyExchange, 'esp']),
    ...esnWords[esn],
  ].join(' ');
}

function identity({ identity: text, address }: End): string {
  if (text === undefined) return address;
  return identityType(text) === 'dn' ? `"${openikedName(text)}"` : text;
}

/** A distinguished name as iked writes it: from its most general part on, each after a slash. */
export function openikedName(name: string): string {
  return `/${distinguishedNameParts(name).reverse().join('/')}`;
}

function timesOf({ ike, child, rekey }: Connection): string[] {
  if (rekey === false) return ['ikelifetime 0', 'lifetime 0 bytes 0'];
  return [...(ike?.lifetime === undefined ? [] : [`ikelifetime ${ike.lifetime}`]), ...childLifetime(child ?? {})];
}

/** Three hours are iked's own default, which a limit of octets may not go without (iked.conf(5), lifetime). */
function childLifetime({ lifetime, lifetimeBytes }: ChildSettings): string[] {
  if (lifetime === undefined && lifetimeBytes === undefined) return [];
  return [`lifetime ${lifetime ?? 10_800}${lifetimeBytes === undefined ? '' : ` bytes ${lifetimeBytes}`}`];
}

/** Whom this end authenticates by EAP-MSCHAPv2. */
function usersOf({ remote: { authentication } }: View): string[] {
  if (authentication.method !== 'eap' || authentication.eap === 'tls') return [];
  return [`user "${authentication.user}" "${authentication.password}"`];
}

function authenticationOf({ authentication }: End, remote: End): string[] {
  if (authentication.method === 'psk') return [`psk "${authentication.secret}"`];
  if (remote.authentication.method === 'eap' || authentication.method === 'eap') return ['eap "mschap-v2"'];
  // Otherwise the method is taken from the peer's certificate, whose key may be of another kind.
  return remote.authentication.method === 'certificate' ? ['rfc7427'] : [];
}

const publicKeyFolders: Partial<Record<IdentityType, string>> = {
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  fqdn: 'fqdn',
  rfc822: 'ufqdn',
  dn: 'asn1_dn',
};

function keyFiles({ connection, local, remote }: View): ConfigFile[] {
  const { name } = connection;
  const file = (path: string, content: string): ConfigFile => ({ path: `/etc/iked/${path}`, mode: 0o644, content });
  const files: ConfigFile[] = [];
  const [one, other] = [local.authentication, remote.authentication];
  const key = keyOf(one);
  if (key !== undefined) {
    files.push({ path: '/etc/iked/private/local.key', mode: 0o600, content: key.privateKey });
    files.push(file('local.pub', key.publicKey));
  }
  if (one.method === 'certificate') {
    files.push(file(`certs/${name}.crt`, one.credential.certificate));
    // iked looks for what it sends with its certificate among the authorities (ca.c, by X509_STORE_CTX_get1_issuer).
    files.push(...one.credential.intermediates.map((pem, index) => file(`ca/${name}-${index}.crt`, pem)));
  }
  if (other.method === 'certificate') {
    files.push(file(`ca/${name}.crt`, other.credential.root));
    files.push(...other.credential.crls.map((pem, index) => file(`crls/${name}-${index}.crl`, pem)));
  } else if (other.method === 'raw-key') {
    const text = remote.identity ?? remote.address;
    files.push(file(`pubkeys/${publicKeyFolders[identityType(text) ?? 'fqdn']}/${text}`, other.key.publicKey));
  }
  return files;
}
