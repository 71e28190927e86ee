/** Drawn mutants that no scenario can notice, each with the reason. An id stays right as long as its function does. */
import type { Known } from './report.ts';

export const known: readonly Known[] = [
  {
    id: 'net/xfrm/xfrm_policy.c:xfrm_pol_bin_key:bits:2',
    reason:
      'The hash of a bin, for entries and for what is looked up alike; xfrm_pol_bin_cmp compares all parts of the key. Bins share a chain, and no lookup ends otherwise.',
  },
  {
    id: 'net/xfrm/xfrm_state.c:xfrm_state_find:logic:16',
    reason:
      'In the body of a loop over the policy’s state_cache_list, which is always empty: xfrm_state_find alone adds to it, where `cached` is false, and sets `cached` on every path to there.',
  },
  {
    id: 'net/ipv4/esp4.c:esp_output_tail:off by one:11',
    reason:
      'Places the sequence number one octet further left in an IV of 16 octets; shorter ones stay as they are. Only echainiv makes IVs of 16 octets: it multiplies the last 8 octets by an odd secret and encrypts the product. Numbers that are 256 times as large give products that are just as different.',
  },
  {
    id: 'net/ipv4/esp4.c:esp_input_done2:bits:1',
    reason:
      'Asks for a flag of a packet that a device or the GRO of ESP has decrypted. Behind `!xo ||`: the lab’s kernel has no CONFIG_XFRM_OFFLOAD, so that xfrm_offload gives NULL for every packet.',
  },
  {
    id: 'net/xfrm/xfrm_user.c:build_polexpire:delete:9',
    reason:
      'Tells the device of a policy that is offloaded. Without CONFIG_XFRM_OFFLOAD xfrm_dev_policy_add does nothing, and xdo.dev is NULL in every policy.',
  },
  {
    id: 'net/ipv4/ip_vti.c:vti_netlink_parms:delete:1',
    reason:
      'Clears a structure that is new on the stack of both callers, vti_newlink and vti_changelink. The lab’s kernel has CONFIG_INIT_STACK_ALL_ZERO, so that it is zero already.',
  },
  {
    id: 'net/ipv4/ah4.c:ah_input:compare:6',
    reason:
      'Looks for options in a header of 20 octets too: ip_clear_mutable_options goes through no octet of it, returns 0, and what it is given for the destination is not used.',
  },
  {
    id: 'net/ipv4/xfrm4_protocol.c:xfrm4_protocol_register:compare:2',
    reason:
      'Only tells apart what is of one protocol and one priority, which would be refused. The handlers of the kernel have 0, 10 (XFRM interfaces) and 100 (VTI), each once for a protocol, and register at boot.',
  },
  {
    id: 'net/ipv6/ip6_vti.c:vti6_tunnel_init:delete:18',
    reason:
      'The way out where rtnl_link_register fails. It runs once, at boot, and fails only if somebody has registered `vti6` before.',
  },
];
