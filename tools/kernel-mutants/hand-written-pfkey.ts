import type { HandWritten } from './bug.ts';

const key = 'net/key/af_key.c';

/** Of the other way to ask the kernel, which is in no kernel but that of the flavour `netkey`. */
export const ofPfKey: readonly HandWritten[] = [
  {
    what: 'PF_KEY takes a key of more bits than it has octets',
    file: key,
    within: 'verify_key_len',
    find: /sadb_key_len\(key\) > key->sadb_key_len/,
    put: 'false',
    rows: ['S1'],
  },
  {
    what: 'PF_KEY takes an extension that comes twice',
    file: key,
    within: 'parse_exthdrs',
    find: /ext_hdrs\[ext_type-1\] != NULL/,
    put: 'false',
    rows: ['S1'],
  },
  {
    what: 'an SA by PF_KEY has no hard limit of packets',
    file: key,
    within: 'pfkey_msg2xfrm_state',
    find: /_KEY2X\(lifetime->sadb_lifetime_allocations\)(?=;\s*x->lft\.hard_byte_limit)/,
    put: 'XFRM_INF',
    rows: ['S6', 'S1'],
  },
  {
    what: 'PF_KEY tells the end of an SA as its soft limit',
    file: key,
    within: 'key_notify_sa_expire',
    find: /(?<=if \(hard\)\s+)hsc = 2/,
    put: 'hsc = 1',
    rows: ['S6', 'S8'],
  },
  {
    what: 'a policy by PF_KEY is for any source port',
    file: key,
    within: 'pfkey_spdadd',
    find: /xp->selector\.sport_mask = htons\(0xffff\)/,
    put: 'xp->selector.sport = 0',
    rows: ['P4'],
  },
];
