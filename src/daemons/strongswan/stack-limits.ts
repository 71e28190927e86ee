import type { View } from '../../connection/view.ts';
import type { Stack } from '../../model/stacks.ts';
import { crossesFamilies, type Limit, wantsAead, wantsSha256 } from '../limit.ts';
import { isAtLeast } from '../version.ts';

type Rule = Omit<Limit, 'hits'> & { readonly hits: (view: View, version: string) => boolean };

function copiesFields({ connection: { child } }: View): boolean {
  return child?.copyDscp !== undefined || child?.copyEcn !== undefined;
}

/** What libipsec cannot do, which charon could. */
const libipsec: readonly Rule[] = [
  {
    id: 'mode',
    reason: 'libipsec has tunnel mode alone',
    source: 'src/libipsec/ipsec_sa.c, ipsec_sa_create',
    hits: ({ connection }) => connection.mode === 'transport',
  },
  {
    id: 'esn',
    reason: 'libipsec has no extended sequence numbers',
    source: 'src/libipsec/ipsec_sa.c, ipsec_sa_create',
    hits: ({ connection }) => (connection.child?.proposals ?? []).some(({ esn = 'no' }) => esn !== 'no'),
  },
  {
    id: 'ipcomp',
    reason: 'libipsec compresses nothing',
    source: 'src/libipsec/ipsec_sa.c, ipsec_sa_create',
    hits: ({ connection }) => connection.child?.ipcomp === true,
  },
  {
    id: 'interface',
    reason: 'libipsec has one TUN device for all, and neither interface numbers nor marks',
    source: 'src/libcharon/plugins/kernel_libipsec/kernel_libipsec_router.c',
    hits: ({ local }) => local.interface !== undefined || local.mark !== undefined,
  },
  {
    id: 'lifetime-volume',
    reason: 'SAs of libipsec expire by time, not by octets or packets',
    source: 'src/libipsec/ipsec_sa_mgr.c, schedule_expiration',
    hits: ({ connection: { child } }) => child?.lifetimeBytes !== undefined || child?.lifetimePackets !== undefined,
  },
  {
    id: 'replay-window',
    reason: 'the replay window is fixed to 128 packets',
    source: 'src/libipsec/esp_context.c, ESP_DEFAULT_WINDOW_SIZE',
    hits: ({ connection }) => connection.child?.replayWindow !== undefined,
  },
  {
    id: 'header-fields',
    reason: 'libipsec makes outer headers without looking at inner ones',
    source: 'src/libipsec has no word of it; the outer header is that of a UDP socket',
    hits: copiesFields,
  },
  {
    id: 'trap',
    reason: 'libipsec knows no traps before 5.9.11',
    source: 'kernel_libipsec_ipsec.c, acquire: since 5.9.11 (commit b0eb88f703)',
    hits: ({ local }, version) => local.start === 'trap' && !isAtLeast(version, '5.9.11'),
  },
];

/** What PF_KEY of Linux cannot do. */
const pfkey: readonly Rule[] = [
  {
    id: 'aead-esp',
    reason: 'PF_KEY of Linux knows no AEAD algorithm',
    source: 'net/key/af_key.c, pfkey_msg2xfrm_state: xfrm_ealg_get_byid looks in ealg_list, where no AEAD algorithm is',
    hits: wantsAead,
  },
  {
    id: 'sha2-256-esp',
    reason: 'PF_KEY of Linux truncates HMAC-SHA2-256 to 96 bits, where RFC 4868 wants 128',
    source:
      'net/key/af_key.c, pfkey_msg2xfrm_state: alg_trunc_len is icv_truncbits, 96 in aalg_list of net/xfrm/xfrm_algo.c',
    hits: wantsSha256,
  },
  {
    id: 'families',
    reason:
      'PF_KEY of Linux takes what goes through a tunnel for the address family of its ends: other packets are lost',
    source: 'net/key/af_key.c, pfkey_msg2xfrm_state: sel.family is props.family',
    hits: crossesFamilies,
  },
  {
    id: 'esn',
    reason: 'PF_KEY of Linux has no extended sequence numbers',
    source: 'include/uapi/linux/pfkeyv2.h: SADB_SAFLAGS_* has no flag for them',
    hits: ({ connection }) => (connection.child?.proposals ?? []).some(({ esn = 'no' }) => esn !== 'no'),
  },
  {
    id: 'interface',
    reason: 'PF_KEY has neither interface numbers nor marks',
    source: 'include/uapi/linux/pfkeyv2.h: SADB_X_EXT_* has none',
    hits: ({ local }) => local.interface !== undefined || local.mark !== undefined,
  },
  {
    id: 'header-fields',
    reason: "what is copied between inner and outer headers is the kernel's default",
    source: 'src/libcharon/plugins/kernel_pfkey/kernel_pfkey_ipsec.c, add_sa: sadb_sa_flags',
    hits: copiesFields,
  },
  {
    id: 'replay-window',
    reason: 'PF_KEY of Linux has replay windows of at most 32 packets',
    source: 'net/key/af_key.c, pfkey_msg2xfrm_state: sadb_sa_replay is cut to the bits of replay.bitmap',
    hits: ({ connection }) => (connection.child?.replayWindow ?? 0) > 32,
  },
];

function over(stack: Stack, rules: readonly Rule[]): Limit[] {
  return rules.map(({ id, hits, ...rule }) => ({
    ...rule,
    id: `${stack}-${id}`,
    hits: (view, version, own) => own === stack && hits(view, version),
  }));
}

/** What charon cannot do over stacks other than its usual one. */
export const stackLimits: readonly Limit[] = [...over('libipsec', libipsec), ...over('pfkey', pfkey)];
