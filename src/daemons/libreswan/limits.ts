import { credentialOf } from '../../connection/authentication.ts';
import type { End } from '../../connection/connection.ts';
import { selectorsOf } from '../../connection/selectors.ts';
import { isLinkLocal } from '../../connection/zone.ts';
import { eapOf, type Limit, usesKey } from '../limit.ts';
import { isAtLeast } from '../version.ts';
import { words } from './algorithms.ts';

/** What pluto cannot do. */
export const limits: readonly Limit[] = [
  {
    id: 'prf-follows-integrity',
    reason: 'the pseudo-random function of an IKE proposal is always of the hash of its integrity algorithm',
    source: 'ipsec.conf(5), ike=',
    hits: ({ connection }) =>
      (connection.ike?.proposals ?? []).some(({ integrity = [], prf }) => {
        const hashes = prf.map((name) => words.prf[name]);
        return integrity.length > 0 && integrity.map((name) => words.integrity[name]).join() !== hashes.join();
      }),
  },
  {
    id: 'additional-key-exchange',
    reason: 'RFC 9370 is not implemented',
    source: 'ipsec.conf(5): intermediate= is the only key word of IKE_INTERMEDIATE',
    hits: ({ connection }) =>
      (connection.ike?.proposals ?? []).some(({ additionalKeyExchange = [] }) => additionalKeyExchange.length > 0),
  },
  {
    id: 'aggressive-proposal',
    reason: 'aggressive mode wants one proposal for IKE with one key exchange',
    source: 'ipsec.conf(5), aggressive=',
    hits: ({ connection: { ikev1, ike } }) =>
      ikev1 === 'aggressive' && (ike?.proposals?.length !== 1 || ike.proposals[0]?.keyExchange.length !== 1),
  },
  {
    id: 'childless',
    reason: 'an IKE SA that it initiates has a Child SA; of a peer it takes one without',
    source: 'ipsec.conf(5) has no word for it; libreswan/libreswan#472',
    hits: ({ connection }) => connection.childless === true,
  },
  {
    id: 'ed25519',
    reason: 'Ed25519 keys cannot be used: NSS has no EdDSA signatures for IKE',
    source: 'ipsec.conf(5), authby=',
    hits: (view) => usesKey(view, 'ed25519'),
  },
  {
    id: 'selector-list',
    reason: 'a Child SA has one traffic selector at each end before version 5.0',
    source: 'ipsec.conf(5), leftsubnet=',
    hits: ({ local, remote }, version) =>
      !isAtLeast(version, '5.0') && [local, remote].some(({ selectors = [] }) => selectors.length > 1),
  },
  {
    id: 'selector-protocol',
    reason: 'both ends have the same protocol in their selectors before version 5.0, or none',
    source: 'ipsec.conf(5), leftprotoport=',
    hits: ({ local, remote }, version) => !isAtLeast(version, '5.0') && protocolOf(local) !== protocolOf(remote),
  },
  {
    id: 'liveness-action',
    reason: 'what happens when the peer is dead follows from how the connection is started, from version 5.0 on',
    source: 'ipsec.conf(5): dpdaction= is gone',
    hits: ({ connection, local }, version) => {
      const follows = { none: 'clear', trap: 'trap', start: 'restart' }[local.start ?? 'none'];
      const { liveness } = connection;
      return isAtLeast(version, '5.0') && liveness !== undefined && (liveness.action ?? 'clear') !== follows;
    },
  },
  {
    id: 'eap-initiator',
    reason: 'authenticates peers by EAP, and never itself',
    source: 'programs/pluto/ikev2_eap.c has transitions of a responder alone',
    hits: ({ local }) => eapOf(local) !== undefined,
  },
  {
    id: 'eap-method',
    reason: 'EAP-TLS is the only EAP method',
    source: 'ipsec.conf(5), leftautheap=',
    hits: ({ remote }) => ![undefined, 'tls'].includes(eapOf(remote)),
  },
  {
    id: 'eap-tls-5',
    reason:
      'from version 5 on pluto ends at the first IKE_AUTH of an initiator that uses EAP, as it has no AUTH payload',
    source: 'programs/pluto/ikev2_ike_auth.c, process_v2_IKE_AUTH_request_standard_payloads; 4.10 takes it',
    hits: ({ remote }, version) => isAtLeast(version, '5.0') && eapOf(remote) === 'tls',
  },
  {
    id: 'eap-tls-key',
    reason: 'a responder of EAP-TLS has an RSA certificate',
    source: 'programs/pluto/ikev2_eap.c, start_eap',
    hits: ({ local, remote }) => eapOf(remote) === 'tls' && credentialOf(local.authentication)?.kind !== 'rsa',
  },
  {
    id: 'link-local',
    reason: 'it has no sockets on link-local addresses',
    source: 'seen with 4.10 and 5.2 in labs: we cannot identify ourselves with either end of this connection',
    hits: ({ local }) => isLinkLocal(local.address),
  },
  {
    id: 'radius',
    reason: 'it asks no RADIUS server about peers that use EAP',
    source: 'ipsec.conf(5), leftautheap=; programs/pluto/ikev2_eap.c is the server of EAP-TLS itself',
    hits: ({ local }) => local.radius !== undefined,
  },
  {
    id: 'unique-ids',
    reason: 'the old IKE SA of a peer goes by INITIAL_CONTACT alone, whatever uniqueids= says',
    source: 'programs/pluto/state.c, wipe_old_connections, passes over the connection itself; seen with 5.2 in labs',
    hits: ({ connection }) => connection.uniqueIds === 'replace',
  },
  {
    id: 'ecn',
    reason: "congestion marks are always copied, as is the kernel's default",
    source: 'ipsec.conf(5) has no word for it; programs/pluto/kernel_xfrm.c never sets XFRM_STATE_NOECN',
    hits: ({ connection }) => connection.child?.copyEcn === false,
  },
  {
    id: 'dscp-out',
    reason: 'from version 5.0 on the differentiated services field is never copied outwards, whatever encap-dscp= says',
    source:
      'programs/pluto/kernel.c, setup_half_kernel_state: encap_dscp of an SA is never true; seen in labs as dont-encap-dscp',
    hits: ({ connection: { child } }, version) =>
      isAtLeast(version, '5.0') && (child?.copyDscp === 'out' || child?.copyDscp === 'both'),
  },
  {
    id: 'resumption',
    reason: 'RFC 5723 is there from version 5.0 on',
    source: 'ipsec.conf(5), session-resumption=',
    hits: ({ connection }, version) => connection.resumption === true && !isAtLeast(version, '5.0'),
  },
];

/** The protocol to which the only selector of an end is narrowed. */
function protocolOf(end: End): number | undefined {
  return selectorsOf(end, 'by-itself')[0]?.protocol;
}
