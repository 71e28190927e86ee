import { isAead } from '../../connection/algorithms.ts';
import { credentialOf, keyOf } from '../../connection/authentication.ts';
import {
  type Connection,
  type End,
  type EspProposal,
  type IkeProposal,
  peerAddress,
} from '../../connection/connection.ts';
import { identityType } from '../../connection/identity.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import { childViews, type View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';
import { interfaceName } from '../interface.ts';
import { isAtLeast } from '../version.ts';
import { type WordTable, wordOf } from '../words.ts';
import { words } from './algorithms.ts';
import { configurationOf, ikeVersionOf, requestedOf, setupOf, userFiles, xauthSecretOf } from './configuration.ts';
import { credentialFiles } from './nss.ts';
import { policySections } from './policies.ts';
import { selectorWord } from './selector.ts';
import type { Setting } from './setting.ts';

/** Where pluto logs. */
export const plutoLog = '/var/log/pluto.log';

/** ipsec.conf(5) and ipsec.secrets(5) of one host. */
export function render(views: readonly View[], version: string): ConfigFile[] {
  const setup = ['config setup', `\tlogfile=${plutoLog}`, '\tlogtime=no', '\tlogappend=no'];
  const global = [...revocationOf(views.map(({ connection }) => connection)), ...setupOf(views, version)];
  setup.push(...global.map((line) => `\t${line}`));
  const sections = [
    ...views.flatMap(childViews).map((view) => [view.connection.name, settingsOf(view, version)] as const),
    ...views.flatMap(policySections),
  ];
  const conns = sections.map(([name, settings]) => [`conn ${name}`, ...settings.filter(isSet).map(indent)]);
  const text = [setup, ...conns].map((section) => `${section.join('\n')}\n`).join('\n');
  return [
    { path: '/etc/ipsec.conf', mode: 0o644, content: text },
    { path: '/etc/ipsec.secrets', mode: 0o600, content: views.map(secretOf).join('') },
    ...userFiles(views),
    ...views.flatMap(credentialFiles),
  ];
}

/** Of the daemon as a whole, and stricter wins. With `crl-strict` nobody would be accepted by OCSP alone. */
function revocationOf(connections: readonly Connection[]): string[] {
  const ocsp = connections.some((one) => one.ocsp);
  const strict = connections.some(({ revocation }) => revocation === 'strict');
  return [...(ocsp ? ['ocsp-enable=yes'] : []), ...(strict ? [`${ocsp ? 'ocsp' : 'crl'}-strict=yes`] : [])];
}

function isSet([, value]: Setting): boolean {
  return value !== undefined;
}

function indent([name, value]: Setting): string {
  return `\t${name}=${value}`;
}

function settingsOf(view: View, version: string): Setting[] {
  const { connection, local, remote } = view;
  const { mode, encapsulation, mobike, fragmentation } = connection;
  return [
    ...sideOf('left', local, 'by-itself'),
    ...sideOf('right', remote, 'by-peer'),
    ...ikeVersionOf(view, version),
    ...authenticationOf(view),
    ...configurationOf(view),
    ['auto', { none: 'add', trap: 'ondemand', start: 'start' }[local.start ?? 'none']],
    ['type', mode],
    ...interfaceOf(local),
    ['ike', connection.ike?.proposals?.map(ikeProposal).join(',')],
    ...childOf(connection),
    ...timesOf(connection),
    ['encapsulation', encapsulation && { detect: 'auto', force: 'yes', tcp: undefined }[encapsulation]],
    ['enable-tcp', encapsulation === 'tcp' ? 'yes' : undefined],
    ['tcp-remoteport', encapsulation === 'tcp' ? 4500 : undefined],
    ['mobike', yesNo(mobike)],
    ['fragmentation', yesNo(fragmentation)],
    ...livenessOf(connection, version),
    ['ppk', connection.ppk && (connection.ppk.required === false ? 'yes' : 'insist')],
  ];
}

function sideOf(side: 'left' | 'right', end: End, seen: 'by-itself' | 'by-peer'): Setting[] {
  const reached = seen === 'by-itself' ? end.address : peerAddress(end);
  const selectors = seen === 'by-itself' ? requestedOf(end) : undefined;
  const networks = selectors ?? (end.selectors && selectorsOf(end, seen).map(selectorWord).join(','));
  return [
    [side, reached === 'any' ? '%any' : reached],
    [`${side}id`, end.identity && identity(end.identity)],
    [`${side}subnet`, networks],
  ];
}

/** pluto makes the interface, and its updown script the routes. */
function interfaceOf({ interface: own }: End): Setting[] {
  if (own === undefined) return [];
  if (own.kind === 'xfrm') return [['ipsec-interface', own.id]];
  return [
    ['mark', `${own.id}/0xffffffff`],
    ['vti-interface', interfaceName(own)],
    ['vti-routing', 'yes'],
  ];
}

/** A name has an `@` in front, so that it is not looked up; a distinguished name stands in quotes. */
function identity(text: string): string {
  const type = identityType(text);
  if (type === 'dn') return `"${text}"`;
  return type === 'fqdn' ? `@${text}` : text;
}

/** The word of the key that there is: pluto would try RSA with an ECDSA key where both were allowed. */
function authenticationOf({ connection, local, remote, childOf: parent = connection.name }: View): Setting[] {
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

/** The PRF stands for the integrity algorithm too, which libreswan takes to be of the same hash. */
function ikeProposal({ encryption, prf, keyExchange }: IkeProposal): string {
  return `${listed(words.encryption, encryption)}-${listed(words.prf, prf)};${listed(words.keyExchange, keyExchange)}`;
}

function espProposal({ encryption, integrity = [], keyExchange = [] }: EspProposal): string {
  const hashes = encryption.some(isAead) ? '' : `-${listed(words.integrity, integrity)}`;
  const group = keyExchange.length === 0 ? '' : `;${listed(words.keyExchange, keyExchange)}`;
  return `${listed(words.encryption, encryption)}${hashes}${group}`;
}

function listed(table: WordTable, names: readonly string[]): string {
  return names.map((name) => wordOf(table, name, 'ike')).join('+');
}

function childOf({ child }: Connection): Setting[] {
  const { proposals, replayWindow, lifetimeBytes, lifetimePackets, ipcomp } = child ?? {};
  const esn = new Set(proposals?.map((one) => one.esn ?? 'no'));
  return [
    ['esp', proposals?.map(espProposal).join(',')],
    ['pfs', proposals && yesNo(proposals.some(({ keyExchange = [] }) => keyExchange.length > 0))],
    ['esn', proposals && (esn.size === 1 ? [...esn][0] : 'either')],
    ['replay-window', replayWindow],
    ['ipsec-max-bytes', lifetimeBytes],
    ['ipsec-max-packets', lifetimePackets],
    ['compress', yesNo(ipcomp)],
  ];
}

function timesOf({ ike, child, rekey }: Connection): Setting[] {
  const seconds = (value: number | undefined): string | undefined => (value === undefined ? undefined : `${value}s`);
  return [
    ['ikelifetime', seconds(ike?.lifetime)],
    ['salifetime', seconds(child?.lifetime)],
    ['reauth', yesNo(ike?.reauthenticate)],
    ['rekey', rekey === false ? 'no' : undefined],
    ...(rekey
      ? ([
          ['rekeymargin', seconds(rekey.margin)],
          ['rekeyfuzz', '0%'],
        ] as const)
      : []),
  ];
}

/** From 5.0 on what happens to a dead peer's connection follows from `auto`. */
function livenessOf({ liveness }: Connection, version: string): Setting[] {
  if (liveness === undefined) return [];
  const action = { clear: 'clear', trap: 'hold', restart: 'restart' }[liveness.action ?? 'clear'];
  return [
    ['dpddelay', liveness.delay],
    ...(isAtLeast(version, '5.0')
      ? []
      : ([
          ['dpdtimeout', liveness.delay * 4],
          ['dpdaction', action],
        ] as const)),
  ];
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}

function secretOf(view: View): string {
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
