import { isAead } from '../../connection/algorithms.ts';
import { type Authentication, credentialOf } from '../../connection/authentication.ts';
import { type Connection, type End, peerWord } from '../../connection/connection.ts';
import type { EspProposal, IkeProposal } from '../../connection/sas.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import { childViews, type View } from '../../connection/view.ts';
import { zonedAddress } from '../../connection/zone.ts';
import type { Stack } from '../../model/stacks.ts';
import type { ConfigFile } from '../daemon.ts';
import { type WordTable, wordOf } from '../words.ts';
import { words } from './algorithms.ts';
import { configurationOf, pools, xauthRound, xauthSecrets } from './configuration.ts';
import { credentialFiles } from './credentials.ts';
import { policyConnections } from './policies.ts';
import { selectorWord } from './selector.ts';
import { quote, type Section, settings, yesNo } from './settings-file.ts';
import { strongswanConf } from './strongswan-conf.ts';

/** strongswan.conf(5), swanctl.conf(5) and the credentials of one host. */
export function render(views: readonly View[], _version: string, stack: Stack): ConfigFile[] {
  const swanctl: Section = {
    connections: Object.fromEntries([
      ...views.flatMap(policyConnections),
      ...views.map((view) => [view.connection.name, connectionOf(view)]),
    ]),
    pools: pools(views),
    secrets: Object.fromEntries([...views.flatMap(secretOf), ...views.flatMap(ppkOf), ...views.flatMap(xauthSecrets)]),
  };
  return [
    strongswanConf(views, stack),
    { path: '/etc/swanctl/swanctl.conf', mode: 0o600, content: settings(swanctl) },
    ...views.flatMap(credentialFiles),
  ];
}

function connectionOf(view: View): Section {
  const { connection, local, remote } = view;
  const { ike, encapsulation, mobike, fragmentation, liveness, ppk, ikev1, childless, uniqueIds } = connection;
  const peer = zonedAddress(peerWord(remote), local);
  return {
    version: ikev1 === undefined ? 2 : 1,
    childless: childless === undefined ? undefined : childless ? 'force' : 'never',
    aggressive: ikev1 && yesNo(ikev1 === 'aggressive'),
    local_addrs: zonedAddress(local.address, local),
    remote_addrs: peer === 'any' ? '%any' : peer,
    proposals: ike?.proposals?.map(ikeProposal).join(', '),
    ...ikeTimes(connection),
    encap: encapsulation && yesNo(encapsulation === 'force'),
    mobike: yesNo(mobike),
    fragmentation: yesNo(fragmentation),
    ppk_id: ppk && quote(ppk.id),
    ppk_required: ppk && yesNo(ppk.required !== false),
    dpd_delay: liveness && `${liveness.delay}s`,
    // With `no` a peer's INITIAL_CONTACT would delete its other IKE SAs.
    unique: uniqueIds === 'allow' ? 'never' : uniqueIds,
    // Peers that do not ask for a certificate need it all the same.
    send_cert: local.authentication.method === 'certificate' ? 'always' : undefined,
    ...configurationOf(view),
    local: authenticationOf(local, view, 'local'),
    remote: authenticationOf(remote, view, 'remote'),
    ...xauthRound(view),
    children: Object.fromEntries(childViews(view).map((one) => [one.connection.name, childOf(one)])),
  };
}

function authenticationOf(end: End, { connection, local, remote }: View, which: 'local' | 'remote'): Section {
  const { authentication } = end;
  const isAsked = which === 'remote' && local.radius !== undefined;
  const file = `${connection.name}-${which}.pem`;
  return {
    auth: isAsked ? 'eap-radius' : authenticationWord(authentication),
    id: end.identity && quote(end.identity),
    ...eapIdentity(authentication, which),
    aaa_id: which === 'local' && remote.radius?.identity ? quote(remote.radius.identity) : undefined,
    certs: credentialOf(authentication) !== undefined && which === 'local' ? file : undefined,
    pubkeys: authentication.method === 'raw-key' ? file : undefined,
    revocation: which === 'remote' ? connection.revocation : undefined,
  };
}

function authenticationWord(authentication: Authentication): string {
  if (authentication.method === 'eap') return `eap-${authentication.eap}`;
  return authentication.method === 'psk' ? 'psk' : 'pubkey';
}

/** The user's name; who authenticates it asks for it (RFC 3748, 5.1). */
function eapIdentity(authentication: Authentication, which: 'local' | 'remote'): Section {
  if (authentication.method !== 'eap' || authentication.eap === 'tls') return {};
  return { eap_id: which === 'local' ? quote(authentication.user) : '%any' };
}

const dscpWords = { none: 'no', out: 'out', in: 'in', both: 'yes' } as const;

function childOf({ connection, local, remote }: View): Section {
  const { mode, child, liveness } = connection;
  return {
    mode,
    // Without selectors strongSwan takes the addresses that the IKE SA has, NAT or not.
    local_ts: local.selectors && selectorsOf(local, 'by-itself').map(selectorWord).join(', '),
    remote_ts: remote.selectors && selectorsOf(remote, 'by-peer').map(selectorWord).join(', '),
    esp_proposals: child?.proposals?.map(espProposal).join(', '),
    ...childTimes(connection),
    ...volumes(connection),
    ...interfaceOf(local),
    updown: local.updown,
    copy_dscp: child?.copyDscp && dscpWords[child.copyDscp],
    copy_ecn: yesNo(child?.copyEcn),
    ipcomp: yesNo(child?.ipcomp),
    replay_window: child?.replayWindow,
    start_action: local.start,
    dpd_action: liveness && (liveness.action ?? 'clear'),
  };
}

function listed(table: WordTable, names: readonly string[]): (string | undefined)[] {
  return names.map((name) => wordOf(table, name, 'ike'));
}

function ikeProposal({
  encryption,
  integrity = [],
  prf,
  keyExchange,
  additionalKeyExchange = [],
}: IkeProposal): string {
  return [
    ...listed(words.encryption, encryption),
    ...listed(words.integrity, integrity),
    ...listed(words.prf, prf),
    ...listed(words.keyExchange, keyExchange),
    ...listed(words.keyExchange, additionalKeyExchange).map((word) => `ke1_${word}`),
  ].join('-');
}

const esnWords = { yes: ['esn'], no: ['noesn'], either: ['esn', 'noesn'] };

function espProposal({ encryption, integrity = [], keyExchange = [], esn = 'no' }: EspProposal): string {
  return [
    ...listed(words.encryption, encryption),
    ...(encryption.some(isAead) ? [] : listed(words.integrity, integrity)),
    ...listed(words.keyExchange, keyExchange),
    ...esnWords[esn],
  ].join('-');
}

/** A lifetime is the time of replacement and what comes on top of it; nothing is left to chance. */
function ikeTimes({ ike, rekey }: Connection): Section {
  if (rekey === false) return { rekey_time: 0, reauth_time: 0 };
  if (ike?.lifetime === undefined) return {};
  const margin = rekey?.margin ?? Math.ceil(ike.lifetime / 10);
  const which = ike.reauthenticate === true ? 'reauth_time' : 'rekey_time';
  return { [which]: `${ike.lifetime - margin}s`, over_time: `${margin}s`, rand_time: rekey ? 0 : undefined };
}

function childTimes({ child, rekey }: Connection): Section {
  const { lifetime } = child ?? {};
  if (rekey === false) return { rekey_time: 0, life_time: lifetime && `${lifetime}s` };
  if (lifetime === undefined) return {};
  if (rekey === undefined) return { life_time: `${lifetime}s` };
  return { rekey_time: `${lifetime - rekey.margin}s`, life_time: `${lifetime}s`, rand_time: 0 };
}

/** Limits of octets and packets, a tenth of which is left for the replacement. */
function volumes({ child, rekey }: Connection): Section {
  const { lifetimeBytes, lifetimePackets } = child ?? {};
  const early = (value: number | undefined) => value && (rekey === false ? 0 : Math.floor(value * 0.9));
  const random = rekey ? 0 : undefined;
  return {
    rekey_bytes: early(lifetimeBytes),
    life_bytes: lifetimeBytes,
    rand_bytes: lifetimeBytes && random,
    rekey_packets: early(lifetimePackets),
    life_packets: lifetimePackets,
    rand_packets: lifetimePackets && random,
  };
}

function interfaceOf({ interface: own, mark }: End): Section {
  if (own === undefined) return { mark_in: mark, mark_out: mark };
  return own.kind === 'xfrm' ? { if_id_in: own.id, if_id_out: own.id } : { mark_in: own.id, mark_out: own.id };
}

function ppkOf({ connection: { name, ppk } }: View): [string, Section][] {
  return ppk === undefined ? [] : [[`ppk-${name}`, { id: quote(ppk.id), secret: quote(ppk.secret) }]];
}

function secretOf(view: View): [string, Section][] {
  const { connection, local, remote } = view;
  const one = [local, remote].map(({ authentication }) => authentication).find(({ method }) => method === 'eap');
  if (one?.method === 'eap' && local.radius !== undefined) return [];
  if (one?.method === 'eap' && one.eap !== 'tls') {
    return [[`eap-${connection.name}`, { id: quote(one.user), secret: quote(one.password) }]];
  }
  if (local.authentication.method !== 'psk') return [];
  // An end without an identity is known by its own address, also where a NAT box shows another one.
  const ids = [local, remote].map((end) => quote(end.identity ?? end.address));
  const secret = quote(local.authentication.secret);
  return [[`ike-${connection.name}`, { 'id-local': ids[0], 'id-remote': ids[1], secret }]];
}
