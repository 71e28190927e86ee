import { selectorsOf } from '../../connection/selectors.ts';
import type { View } from '../../connection/view.ts';
import {
  crossesFamilies,
  eapOf,
  type Limit,
  sharesHalfASecret,
  usesKey,
  usesKeyId,
  wantsAead,
  wantsSha256,
} from '../limit.ts';

const esp = ({ connection }: View) => connection.child?.proposals ?? [];

/** What iked cannot do; on Linux it installs SAs by PF_KEY, whose algorithm table is small. */
export const limits: readonly Limit[] = [
  {
    id: 'aead-esp',
    reason: 'PF_KEY of Linux knows no AEAD algorithm: iked drops such a proposal without a word',
    source:
      'net/key/af_key.c, pfkey_msg2xfrm_state: xfrm_ealg_get_byid looks in ealg_list, where no AEAD algorithm is; iked/pfkey.c',
    hits: wantsAead,
  },
  {
    id: 'sha2-256-esp',
    reason: 'PF_KEY of Linux truncates HMAC-SHA2-256 to 96 bits, where RFC 4868 wants 128; iked leaves it out',
    source: 'net/key/af_key.c, pfkey_msg2xfrm_state: alg_trunc_len is icv_truncbits, 96 for hmac(sha256); iked/pfkey.c',
    hits: wantsSha256,
  },
  {
    id: 'families',
    reason:
      'PF_KEY of Linux takes what goes through a tunnel for the address family of its ends: other packets are lost',
    source: 'net/key/af_key.c, pfkey_msg2xfrm_state: sel.family is props.family; seen in the SA tables of labs',
    hits: crossesFamilies,
  },
  {
    id: 'esn',
    reason: 'PF_KEY has no extended sequence numbers',
    source: 'include/uapi/linux/pfkeyv2.h: SADB_SAFLAGS_* has no flag for them; iked/pfkey.c',
    hits: (view) => esp(view).some(({ esn }) => esn === 'yes'),
  },
  {
    id: 'trap',
    reason: 'there are no trap policies: a policy is negotiated at once or waits for the peer',
    source: 'iked.conf(5), mode',
    hits: ({ local }) => local.start === 'trap',
  },
  {
    id: 'reauthentication',
    reason: 'IKE SAs are rekeyed, never made anew',
    source: 'iked.conf(5), ikelifetime',
    hits: ({ connection }) => connection.ike?.reauthenticate === true,
  },
  {
    id: 'rekey-margin',
    reason: 'when an SA is replaced is drawn at random from 85 to 95 percent of its lifetime',
    source: 'iked/ikev2.c, ikev2_ike_sa_setreauth and pfkey.c; iked.conf(5), lifetime',
    hits: ({ connection }) => connection.rekey !== undefined && connection.rekey !== false,
  },
  {
    id: 'liveness-action',
    reason: 'the policy decides what happens when the peer is dead: an active one is negotiated anew',
    source: 'iked.conf(5), dpd_check_interval',
    hits: ({ connection, local }) => {
      const { liveness } = connection;
      const follows = local.start === 'start' ? 'restart' : 'clear';
      return liveness !== undefined && (liveness.action ?? 'clear') !== follows;
    },
  },
  {
    id: 'encapsulation',
    reason: 'UDP encapsulation is forced for the daemon as a whole, on its command line',
    source: 'iked(8), -t',
    hits: ({ connection }) => connection.encapsulation === 'force',
  },
  {
    id: 'additional-key-exchange',
    reason: 'RFC 9370 is not implemented',
    source: 'iked.conf(5), CRYPTO TRANSFORMS',
    hits: ({ connection }) =>
      (connection.ike?.proposals ?? []).some(({ additionalKeyExchange = [] }) => additionalKeyExchange.length > 0),
  },
  {
    id: 'ed25519',
    reason: 'signs with RSA and ECDSA keys only',
    source: 'iked(8)',
    hits: (view) => usesKey(view, 'ed25519'),
  },
  {
    id: 'replay-window',
    reason: 'the replay window is fixed to 64 packets',
    source: 'iked/pfkey.c, pfkey_sa',
    hits: ({ connection }) => connection.child?.replayWindow !== undefined,
  },
  {
    id: 'lifetime-packets',
    reason: 'a lifetime is of seconds and octets, not of packets',
    source: 'iked.conf(5), lifetime',
    hits: ({ connection }) => connection.child?.lifetimePackets !== undefined,
  },
  {
    id: 'lifetime-bytes',
    reason: 'a limit of octets cannot be there without rekeying',
    source: 'iked.conf(5), lifetime: 0 turns off rekeying and both limits',
    hits: ({ connection }) => connection.rekey === false && connection.child?.lifetimeBytes !== undefined,
  },
  {
    id: 'further-children',
    reason: 'a policy has one Child SA, whose selectors are all of its flows',
    source: 'iked.conf(5), from … to',
    hits: ({ connection }) => (connection.furtherChildren ?? []).length > 0,
  },
  {
    id: 'ppk',
    reason: 'RFC 8784 is not implemented',
    source: 'iked.conf(5)',
    hits: ({ connection }) => connection.ppk !== undefined,
  },
  {
    id: 'ipcomp',
    reason:
      'its policies on Linux ask for ESP in tunnel mode alone, and not for the IPComp that was negotiated: no packet goes',
    source: 'iked/pfkey.c, pfkey_flow; seen in labs as XfrmOutNoStates',
    hits: ({ connection }) => connection.child?.ipcomp === true,
  },
  {
    id: 'childless',
    reason: 'an IKE SA that it initiates has a Child SA, and nothing asks for another order',
    source: 'iked.conf(5); iked(8)',
    hits: ({ connection }) => connection.childless === true,
  },
  {
    id: 'icmp-type',
    reason: 'a flow with a protocol has ports of TCP and UDP, and no types of ICMP',
    source: 'iked.conf(5), proto and port',
    hits: ({ local, remote }) =>
      [local, remote].some((end) => selectorsOf(end, 'by-itself').some(({ icmpType }) => icmpType !== undefined)),
  },
  {
    id: 'ikev1',
    reason: 'IKEv1 is not implemented: on OpenBSD that is isakmpd(8)',
    source: 'iked(8)',
    hits: ({ connection }) => connection.ikev1 !== undefined,
  },
  {
    id: 'tcp',
    reason: 'RFC 9329 is not implemented',
    source: 'iked(8)',
    hits: ({ connection }) => connection.encapsulation === 'tcp',
  },
  {
    id: 'requests-dns',
    reason: 'it gives name servers to systemd-resolved by D-Bus, which hosts of a lab do not have',
    source: 'iked/vroute-netlink.c, vroute_dodns; iked.log says: sd_bus_open_system failed',
    hits: ({ local, remote }) => local.requests !== undefined && (remote.assigns?.dns ?? []).length > 0,
  },
  {
    id: 'requests-ipv6',
    reason: 'an initiator asks for an IPv4 address',
    source: 'iked.conf(5), request address any',
    hits: ({ local }) => local.requests?.includes('ipv6') === true,
  },
  {
    id: 'plain-policies',
    reason: 'all policies protect: what bypasses them or is discarded is left to ipsec.conf(5) of OpenBSD',
    source: 'iked.conf(5), ikev2',
    hits: ({ local }) => (local.policies ?? []).length > 0,
  },
  {
    id: 'interface',
    reason: 'PF_KEY has neither interface numbers nor marks',
    source: 'RFC 2367; include/uapi/linux/pfkeyv2.h',
    hits: ({ local }) => local.interface !== undefined || local.mark !== undefined,
  },
  {
    id: 'revocation',
    reason: 'revocation lists are asked for where there is at least one, and then all certificates need one',
    source: 'iked/ca.c, ca_reload and ca_validate_cert: X509_V_FLAG_CRL_CHECK',
    hits: ({ connection, remote: { authentication } }) =>
      connection.revocation !== undefined &&
      authentication.method === 'certificate' &&
      (connection.revocation === 'strict') !== authentication.credential.crls.length > 0,
  },
  {
    id: 'ocsp',
    reason: 'a responder needs its own certificate in a file, and is named in iked.conf',
    source: 'iked.conf(5), set ocsp',
    hits: ({ connection }) => connection.ocsp === true,
  },
  {
    id: 'mixed-authentication',
    reason: 'a secret authenticates both ends or none',
    source: 'iked.conf(5), ikeauth',
    hits: sharesHalfASecret,
  },
  {
    id: 'eap-initiator',
    reason: 'authenticates peers by EAP, and never itself',
    source: 'iked.conf(5), ikeauth',
    hits: ({ local }) => eapOf(local) !== undefined,
  },
  {
    id: 'eap-method',
    reason: 'EAP-MSCHAPv2 is the only EAP method',
    source: 'iked.conf(5), ikeauth',
    hits: ({ remote }) => ![undefined, 'mschapv2'].includes(eapOf(remote)),
  },
  {
    id: 'radius',
    reason: 'it asks no RADIUS server: users are in its own file',
    source: 'iked.conf(5), user; the program of versions 7.2 and 7.4 has no word of RADIUS',
    hits: ({ local }) => local.radius !== undefined,
  },
  {
    id: 'header-fields',
    reason:
      "congestion marks and, to the outer header alone, the differentiated services field are copied, as is the kernel's default",
    source: 'iked.conf(5) has no word for it; the flags of its SAs in labs',
    hits: ({ connection: { child } }) =>
      child?.copyEcn === false || (child?.copyDscp !== undefined && child.copyDscp !== 'out'),
  },
  {
    id: 'updown',
    reason: 'it runs no program when Child SAs come and go',
    source: 'iked.conf(5)',
    hits: ({ local }) => local.updown !== undefined,
  },
  {
    id: 'resumption',
    reason: 'RFC 5723 is not implemented',
    source: 'iked(8)',
    hits: ({ connection }) => connection.resumption === true,
  },
  {
    id: 'redirect',
    reason: 'RFC 5685 is not implemented',
    source: 'iked(8)',
    hits: ({ local, remote }) => local.redirectsTo !== undefined || remote.redirectsTo !== undefined,
  },
  {
    id: 'narrowing',
    reason: 'it has the flows of its own policy, whatever was negotiated, and proposes or accepts nothing else',
    source: 'iked.conf(5), from … to; seen in labs as policies wider than the traffic selectors',
    hits: ({ local }) => local.peerSelectors !== undefined,
  },
  {
    id: 'key-id',
    reason: 'an identity is an address, a name or a distinguished name: key IDs are not among them',
    source: 'iked.conf(5), srcid',
    hits: usesKeyId,
  },
];
