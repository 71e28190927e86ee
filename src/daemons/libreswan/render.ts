import { isAead } from '../../connection/algorithms.ts';
import { type Connection, type End, narrows, peerWord } from '../../connection/connection.ts';
import { hostNetwork } from '../../connection/network.ts';
import type { EspProposal, IkeProposal } from '../../connection/sas.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import { childViews, type View } from '../../connection/view.ts';
import type { ConfigFile } from '../daemon.ts';
import { interfaceName } from '../interface.ts';
import { isAtLeast } from '../version.ts';
import { type WordTable, wordOf } from '../words.ts';
import { words } from './algorithms.ts';
import { authenticationOf, identity, secretOf } from './authentication.ts';
import { configurationOf, ikeVersionOf, requestedOf, setupOf, userFiles } from './configuration.ts';
import { credentialFiles } from './nss.ts';
import { policySections } from './policies.ts';
import { selectorSettings } from './selector.ts';
import type { Setting } from './setting.ts';

/** Where pluto logs. */
export const plutoLog = '/var/log/pluto.log';

/** ipsec.conf(5) and ipsec.secrets(5) of one host. */
export function render(views: readonly View[], version: string): ConfigFile[] {
  const setup = ['config setup', `\tlogfile=${plutoLog}`, '\tlogtime=no', '\tlogappend=no'];
  const global = [...revocationOf(views.map(({ connection }) => connection)), ...setupOf(views)];
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
    ...sideOf('left', local, { seen: 'by-itself', version }),
    ...sideOf('right', remote, { seen: 'by-peer', version }),
    ...ikeVersionOf(view, version),
    ...authenticationOf(view),
    ...configurationOf(view),
    ['narrowing', yesNo(mayNarrow(view) ? true : undefined)],
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
    ['leftupdown', local.updown],
    ...redirectOf(view),
    // An end that has nothing against several IKE SAs asks nobody to delete old ones.
    ['initial-contact', yesNo(connection.uniqueIds === 'allow' ? false : undefined)],
    ['session-resumption', yesNo(connection.resumption)],
  ];
}

/** What an initiator proposes that does not know its address is narrowed as well. */
function mayNarrow({ connection, local, remote }: View): boolean {
  const assigns = local.assigns ?? remote.assigns;
  return connection.ikev1 === undefined && (assigns !== undefined || narrows(connection));
}

/** Once the peer has said who it is, which is when one connection is known from another. */
function redirectOf({ local, remote }: View): Setting[] {
  return [
    ['send-redirect', yesNo(local.redirectsTo === undefined ? undefined : true)],
    ['redirect-to', local.redirectsTo],
    ['accept-redirect', yesNo(remote.redirectsTo === undefined ? undefined : true)],
  ];
}

function sideOf(side: 'left' | 'right', end: End, { seen, version }: Sight): Setting[] {
  const reached = seen === 'by-itself' ? end.address : peerWord(end);
  const requested = seen === 'by-itself' ? requestedOf(end) : undefined;
  return [
    [side, reached === 'any' ? '%any' : reached],
    [`${side}id`, end.identity && identity(end.identity)],
    ...(requested !== undefined
      ? [[`${side}subnet`, requested] as const]
      : end.selectors === undefined
        ? []
        : selectorSettings(side, selectorsOf(end, seen), { version, ownNetwork: hostNetwork(end.address) })),
  ];
}

/** By whom an end is described, and for which version. */
interface Sight {
  readonly seen: 'by-itself' | 'by-peer';
  readonly version: string;
}

/** pluto makes the interface, and its updown script the routes. */
function interfaceOf({ interface: own, mark }: End): Setting[] {
  if (own === undefined) return [['mark', mark && `${mark}/0xffffffff`]];
  if (own.kind === 'xfrm') return [['ipsec-interface', own.id]];
  return [
    ['mark', `${own.id}/0xffffffff`],
    ['vti-interface', interfaceName(own)],
    ['vti-routing', 'yes'],
  ];
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
  const { proposals, replayWindow, lifetimeBytes, lifetimePackets, ipcomp, copyDscp } = child ?? {};
  const copies = (how: 'in' | 'out') => yesNo(copyDscp && (copyDscp === how || copyDscp === 'both'));
  const esn = new Set(proposals?.map((one) => one.esn ?? 'no'));
  return [
    ['esp', proposals?.map(espProposal).join(',')],
    ['pfs', proposals && yesNo(proposals.some(({ keyExchange = [] }) => keyExchange.length > 0))],
    ['esn', proposals && (esn.size === 1 ? [...esn][0] : 'either')],
    ['replay-window', replayWindow],
    ['ipsec-max-bytes', lifetimeBytes],
    ['ipsec-max-packets', lifetimePackets],
    ['compress', yesNo(ipcomp)],
    ['encap-dscp', copies('out')],
    ['decap-dscp', copies('in')],
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
