/** Bugs of one line, each of which breaks something that a row of `conformance` holds. Of the kernel's text stands here what finds the place. */

export interface HandWritten {
  /** What the bug is, for people. */
  readonly what: string;
  readonly file: string;
  /** The function. */
  readonly within: string;
  /** Matches once in the function's code. */
  readonly find: RegExp;
  /** What stands there instead. */
  readonly put: string;
  /** Rows that are about it, tried first. */
  readonly rows: readonly string[];
}

const [state, policy, input, output] = ['state', 'policy', 'input', 'output'].map(
  (part) => `net/xfrm/xfrm_${part}.c`,
) as [string, string, string, string];
const replay = 'net/xfrm/xfrm_replay.c';

export const handWritten: readonly HandWritten[] = [
  // SAs
  {
    what: 'an SPI that another SA has is given out',
    file: state,
    within: 'xfrm_alloc_spi',
    find: /!x0\b/,
    put: 'true',
    rows: ['S3'],
  },
  {
    what: 'a soft limit of packets is announced one packet late',
    file: state,
    within: 'xfrm_state_check_expire',
    find: />= x->lft\.soft_packet_limit/,
    put: '> x->lft.soft_packet_limit',
    rows: ['S6', 'S9'],
  },
  {
    what: 'an SA carries packets past its hard limit of bytes',
    file: state,
    within: 'xfrm_state_check_expire',
    find: /x->curlft\.bytes >= x->lft\.hard_byte_limit \|\|/,
    put: '',
    rows: ['S7'],
  },
  {
    what: 'the life by use begins when the SA is made',
    file: state,
    within: 'xfrm_timer_handler',
    find: /(?<=hard_use_expires_seconds \+\s+)\(READ_ONCE\(x->curlft\.use_time\) \? : now\)/,
    put: 'x->curlft.add_time',
    rows: ['S8'],
  },
  {
    what: 'after a rekey the older SA sends',
    file: state,
    within: 'xfrm_state_look_at',
    find: /add_time < x->curlft/,
    put: 'add_time > x->curlft',
    rows: ['S9'],
  },
  {
    what: 'an SA that moved begins to count its packets anew',
    file: state,
    within: 'xfrm_state_clone_and_setup',
    find: /xfrm_replay_clone\(x, orig\)/,
    put: '0',
    rows: ['S12'],
  },
  {
    what: 'an SA of the wrong direction receives',
    file: input,
    within: 'xfrm_input',
    find: /x->dir && x->dir != XFRM_SA_DIR_IN/,
    put: '0',
    rows: ['S16'],
  },
  {
    what: 'what an SA received is not counted',
    file: input,
    within: 'xfrm_input',
    find: /x->curlft\.packets\+\+/,
    put: '',
    rows: ['S14'],
  },
  {
    what: 'the selector of an SA excludes nothing inbound',
    file: policy,
    within: '__xfrm_policy_check',
    find: /!xfrm_selector_match\(&x->sel, &fl, family\)/,
    put: '0',
    rows: ['S15'],
  },
  {
    what: 'an SA that is there already is added again',
    file: state,
    within: 'xfrm_state_add',
    find: /(?<=use_spi, family\);\s+)if \(x1\)/,
    put: 'if (0)',
    rows: ['S1'],
  },
  // policies
  {
    what: 'of two policies with one number the newer is used',
    file: policy,
    within: 'xfrm_policy_insert_list',
    find: /policy->priority >= pol->priority/,
    put: 'policy->priority > pol->priority',
    rows: ['P2', 'P3'],
  },
  {
    what: 'a policy that is past its life stays',
    file: policy,
    within: 'xfrm_policy_timer',
    find: /(?<=hard_add_expires_seconds\) \{[^}]*?\n\t\tif \()tmo <= 0/,
    put: '0',
    rows: ['P7'],
  },
  {
    what: "a socket's own policy is not looked for outbound",
    file: policy,
    within: 'xfrm_sk_policy_lookup',
    find: /if \(match\)/,
    put: 'if (0)',
    rows: ['P8'],
  },
  {
    what: 'a packet that came in clear satisfies a policy that wants a transform',
    file: policy,
    within: 'xfrm_policy_ok',
    find: /\bstart = -1;/,
    put: 'return start;',
    rows: ['P9', 'P10'],
  },
  {
    what: 'a packet out of a tunnel passes where no policy is',
    file: policy,
    within: 'secpath_has_nontransport',
    find: /return 1\b/,
    put: 'return 0',
    rows: ['P9', 'P10'],
  },
  {
    what: 'the default action of the SPD is not asked inbound',
    file: policy,
    within: '__xfrm_policy_check',
    find: /READ_ONCE\(net->xfrm\.policy_default\[dir\]\) == XFRM_USERPOLICY_BLOCK/,
    put: '0',
    rows: ['P5'],
  },
  {
    what: 'the mark of a policy is not compared',
    file: policy,
    within: 'xfrm_policy_match',
    find: /\(fl->flowi_mark & pol->mark\.m\) != pol->mark\.v \|\|/,
    put: '',
    rows: ['I4'],
  },
  // modes and headers
  {
    what: 'the padding of ESP is one octet short',
    file: 'net/ipv4/esp4.c',
    within: 'esp_remove_trailer',
    find: /trimlen = alen \+ padlen \+ 2/,
    put: 'trimlen = alen + padlen + 1',
    rows: ['B1'],
  },
  {
    what: 'the ICV of AH covers the hop limit',
    file: 'net/ipv4/ah4.c',
    within: 'ah_output',
    find: /top_iph->ttl = 0/,
    put: 'top_iph->ttl = top_iph->ttl',
    rows: ['B1', 'F9'],
  },
  {
    what: 'AH of IPv6 takes any ICV',
    file: 'net/ipv6/ah6.c',
    within: 'ah6_input',
    find: /\? -EBADMSG : 0/,
    put: '? 0 : 0',
    rows: ['R5', 'F9'],
  },
  {
    what: 'small packets are compressed as well',
    file: 'net/xfrm/xfrm_ipcomp.c',
    within: 'ipcomp_output',
    find: /skb->len < ipcd->threshold/,
    put: '0',
    rows: ['B4', 'B5'],
  },
  {
    what: 'BEET gives the packet its outer source',
    file: input,
    within: 'xfrm4_remove_beet_encap',
    find: /x->sel\.saddr\.a4/,
    put: 'x->props.saddr.a4',
    rows: ['B6'],
  },
  {
    what: 'the initialization vector does not change',
    file: 'net/ipv4/esp4.c',
    within: 'esp_output',
    find: /esp\.seqno = cpu_to_be64\(XFRM_SKB_CB\(skb\)->seq\.output\.low/,
    put: 'esp.seqno = cpu_to_be64(1',
    rows: ['F6'],
  },
  // encapsulation
  {
    what: 'a keepalive is handed to the daemon',
    file: 'net/ipv4/xfrm4_input.c',
    within: '__xfrm4_udp_encap_rcv',
    find: /len == 1 &&/,
    put: 'len == 2 &&',
    rows: ['N1'],
  },
  {
    what: 'a new port of the peer is not announced',
    file: 'net/ipv4/esp4.c',
    within: 'esp_input_done2',
    find: /source != encap->encap_sport/,
    put: '0',
    rows: ['N2'],
  },
  {
    what: 'plain ESP is taken by an SA of ESP in UDP',
    file: input,
    within: 'xfrm_input',
    find: /\(x->encap \? x->encap->encap_type : 0\) != encap_type/,
    put: '0',
    rows: ['N3'],
  },
  {
    what: 'a frame of ESP in TCP may be shorter than its length field',
    file: 'net/xfrm/espintcp.c',
    within: 'espintcp_parse',
    find: /return len\b/,
    put: 'return len + 1',
    rows: ['N4'],
  },
  // replay protection
  {
    what: 'the window of up to 32 packets is one packet too wide',
    file: replay,
    within: 'xfrm_replay_check_legacy',
    find: /diff >= x->props\.replay_window/,
    put: 'diff > x->props.replay_window',
    rows: ['R1'],
  },
  {
    what: 'in a large window a jump leaves old marks',
    file: replay,
    within: 'xfrm_replay_advance_bmp',
    find: /i = 1; i < diff/,
    put: 'i = 2; i < diff',
    rows: ['R1'],
  },
  {
    what: 'the high half of an extended sequence number stays',
    file: replay,
    within: 'xfrm_replay_overflow_esn',
    find: /\+\+replay_esn->oseq_hi/,
    put: 'replay_esn->oseq_hi',
    rows: ['R3'],
  },
  {
    what: 'sequence numbers begin again without ESN',
    file: replay,
    within: '__xfrm_replay_overflow',
    find: /err = -EOVERFLOW/,
    put: 'err = 0',
    rows: ['R4'],
  },
  {
    what: 'ESP moves the window before the ICV is known',
    file: input,
    within: 'xfrm_input',
    find: /(?<=\bspin_unlock\(&x->lock\);\s+)dev_hold\(dev\);/,
    put: 'dev_hold(dev); xfrm_replay_advance(x, seq);',
    rows: ['R5'],
  },
  // TCP, interfaces, paths
  {
    what: 'a wrong MD5 signature is good enough',
    file: 'net/ipv4/tcp.c',
    within: 'tcp_inbound_md5_hash',
    find: /crypto_memneq\(hash_location, newhash, 16\)/,
    put: '0',
    rows: ['T1'],
  },
  {
    what: 'an XFRM interface receives for any number',
    file: 'net/xfrm/xfrm_interface_core.c',
    within: 'xfrmi_lookup',
    find: /x->if_id == xi->p\.if_id/,
    put: '1',
    rows: ['I2'],
  },
  {
    what: 'a VTI takes any SA',
    file: 'net/ipv4/ip_vti.c',
    within: 'vti_tunnel_xmit',
    find: /be32_to_cpu\(tunnel->parms\.o_key\)/,
    put: '0',
    rows: ['I1'],
  },
  {
    what: 'the MTU of a tunnel forgets two octets of the trailer of ESP',
    file: state,
    within: 'xfrm_state_mtu',
    find: /net_adj - 2/,
    put: 'net_adj',
    rows: ['F1'],
  },
  {
    what: 'the class of the inner header is not copied out',
    file: output,
    within: 'xfrm4_tunnel_encap_add',
    find: /(?<=\belse\s+)top_iph->tos = XFRM_MODE_SKB_CB\(skb\)->tos/,
    put: 'top_iph->tos = 0',
    rows: ['F4'],
  },
  {
    what: 'dummy packets are delivered',
    file: 'net/ipv6/esp6.c',
    within: 'esp6_input_done2',
    find: /err == IPPROTO_NONE/,
    put: '0',
    rows: ['F6'],
  },
  // algorithms
  {
    what: 'the length of an ICV is not what the SA says',
    file: 'net/ipv4/esp4.c',
    within: 'esp_init_authenc',
    find: /x->aalg->alg_trunc_len \/ 8/,
    put: '12',
    rows: ['A'],
  },
];
