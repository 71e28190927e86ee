import type { View } from '../../connection/view.ts';
import type { Limit } from '../limit.ts';
import { usesKeyId } from '../limit.ts';

const esp = ({ connection }: View) => connection.child?.proposals ?? [];

/** How many values of a kind differ. */
function countOf<T>(values: readonly T[]): number {
  return new Set(values).size;
}

/** What vpnc cannot do. It is a client of one kind of gateway, and its file has few words (vpnc(8)). */
export const limits: readonly Limit[] = [
  {
    id: 'ikev2',
    reason: 'IKEv1 is all that it has',
    source: 'vpnc.c, do_phase1_am; isakmp.h, ISAKMP_VERSION',
    hits: ({ connection }) => connection.ikev1 === undefined,
  },
  {
    id: 'main-mode',
    reason: 'phase 1 is always aggressive mode',
    source: 'vpnc.c, do_phase1_am',
    hits: ({ connection }) => connection.ikev1 === 'main',
  },
  {
    id: 'responder',
    reason: 'it initiates, and answers no peer that does',
    source: 'vpnc.c, process_late_ike: an aggressive mode of the peer ends it',
    hits: ({ local, remote }) =>
      (remote.start ?? 'none') !== 'none' ||
      [remote.requests, remote.xauth, local.assigns].some((one) => one !== undefined),
  },
  {
    id: 'peer-any',
    reason: 'it needs to know where its gateway is',
    source: 'vpnc(8), IPSec gateway',
    hits: ({ remote }) => remote.seenAs === 'any',
  },
  {
    id: 'authentication',
    reason:
      'a secret authenticates both ends; a certificate of the gateway alone, with a secret beside it, is another method',
    source: 'vpnc(8), IKE Authmode',
    hits: ({ local, remote }) => [local, remote].some(({ authentication }) => authentication.method !== 'psk'),
  },
  {
    id: 'identity',
    reason: 'it shows the name of a group, which is a key ID on the wire, and nothing else',
    source: 'vpnc.c, do_phase1_am_packet1: ISAKMP_IPSEC_ID_KEY_ID',
    hits: (view) => !usesKeyId({ ...view, remote: view.local }),
  },
  {
    id: 'outer-ipv6',
    reason: 'its sockets are of IPv4',
    source: 'vpnc.c, make_socket: PF_INET',
    hits: ({ local }) => local.address.includes(':'),
  },
  {
    id: 'requests',
    reason: 'it always asks for an IPv4 address by Mode Config, and for no other',
    source: 'vpnc.c, do_phase2_config',
    hits: ({ local }) => local.requests?.join() !== 'ipv4',
  },
  {
    id: 'xauth',
    reason:
      'it proposes XAUTH beside what goes without it, and its peers take that for the wish of one who has a password',
    source: 'supp.c, supp_auth; seen in labs as refusals of both responders',
    hits: ({ local }) => local.xauth === undefined,
  },
  {
    id: 'target',
    reason:
      "the peer's selector is one IPv4 network, and not the gateway itself, to which a route leads past the tunnel",
    source: 'vpnc(8), IPSEC target network; vpnc-script, set_vpngateway_route',
    hits: ({ remote: { selectors = [] } }) => {
      const [one, another] = selectors;
      return typeof one !== 'string' || another !== undefined || one.includes(':');
    },
  },
  {
    id: 'mode',
    reason: 'its SAs are of tunnel mode',
    source: 'vpnc.h, IPSEC_ENCAP_TUNNEL',
    hits: ({ connection }) => connection.mode === 'transport',
  },
  {
    id: 'groups',
    reason: 'it proposes one group for IKE, and one or none for perfect forward secrecy',
    source: 'vpnc(8), IKE DH Group and Perfect Forward Secrecy',
    hits: (view) =>
      countOf((view.connection.ike?.proposals ?? []).flatMap(({ keyExchange }) => keyExchange)) > 1 ||
      countOf(esp(view).map(({ keyExchange = [] }) => keyExchange.join())) > 1 ||
      esp(view).some(({ keyExchange = [] }) => keyExchange.length > 1),
  },
  {
    id: 'esn',
    reason: 'there are no extended sequence numbers',
    source: 'tunip.c, encap_esp_validate_seqid',
    hits: (view) => esp(view).some(({ esn }) => esn === 'yes'),
  },
  {
    id: 'lifetimes',
    reason: 'it proposes 2147483 s for all SAs, and counts neither octets nor packets',
    source: 'vpnc.c, make_transform_ike and make_transform_ipsec',
    hits: ({ connection: { ike, child } }) =>
      [ike?.lifetime, child?.lifetime, child?.lifetimeBytes, child?.lifetimePackets].some((one) => one !== undefined),
  },
  {
    id: 'rekey',
    reason: 'the IKE SA is made anew after 80 percent of its lifetime, and other SAs when the peer does so',
    source: 'tunip.c, vpnc_main_loop',
    hits: ({ connection }) => connection.rekey !== undefined,
  },
  {
    id: 'liveness',
    reason: 'it asks after 10 s of silence or more, and ends where the peer is dead',
    source: 'vpnc(8), DPD idle timeout; tunip.c, vpnc_main_loop',
    hits: ({ connection: { liveness } }) =>
      liveness !== undefined && (liveness.delay < 10 || (liveness.action ?? 'clear') !== 'clear'),
  },
  {
    id: 'trap',
    reason: 'a tunnel is established at once or on demand of a person, not of a packet',
    source: 'vpnc(8)',
    hits: ({ local }) => local.start === 'trap',
  },
  {
    id: 'replay-window',
    reason: 'the replay window is fixed to 33 packets',
    source: 'tunip.c, encap_esp_validate_seqid',
    hits: ({ connection }) => connection.child?.replayWindow !== undefined,
  },
  {
    id: 'ipcomp',
    reason: 'IPComp is not implemented',
    source: 'vpnc.c, do_phase2_qm says so where a gateway refuses',
    hits: ({ connection }) => connection.child?.ipcomp === true,
  },
  {
    id: 'further-children',
    reason: 'a tunnel has one pair of IPsec SAs',
    source: 'vpnc.c, do_phase2_qm',
    hits: ({ connection }) => (connection.furtherChildren ?? []).length > 0,
  },
  {
    id: 'fragmentation',
    reason: 'IKE messages are not fragmented',
    source: 'vpnc.c, do_phase1_am_packet1: it does not say VID_CISCO_FRAG',
    hits: ({ connection }) => connection.fragmentation === true,
  },
  {
    id: 'unique-ids',
    reason: 'it says INITIAL_CONTACT whenever it comes',
    source: 'vpnc.c, do_phase1_am_packet3',
    hits: ({ connection }) => connection.uniqueIds === 'allow',
  },
  {
    id: 'header-fields',
    reason: 'the differentiated services field is copied to the outer header, congestion marks with it, and none back',
    source: 'tunip.c, encap_esp_send_peer and encap_udp_send_peer: ip_tos',
    hits: ({ connection: { child } }) =>
      child?.copyEcn !== undefined || (child?.copyDscp !== undefined && child.copyDscp !== 'out'),
  },
  {
    id: 'interface',
    reason: 'packets go through its TUN device, by routes; there are neither interface numbers nor marks',
    source: 'vpnc(8), Interface name',
    hits: ({ local }) => local.interface !== undefined || local.mark !== undefined,
  },
  {
    id: 'plain-policies',
    reason: 'there are no policies: routes decide which packets it gets',
    source: 'tunip.c, process_tun',
    hits: ({ local }) => (local.policies ?? []).length > 0,
  },
  {
    id: 'updown',
    reason: 'its script is the one that makes addresses and routes, and is told of them by other variables',
    source: 'vpnc(8), Script; vpnc-script',
    hits: ({ local }) => local.updown !== undefined,
  },
];
