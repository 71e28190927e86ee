import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSlice } from '../../../src/daemons/daemon.ts';
import { slices } from '../../../src/daemons/table.ts';

interface Provoked {
  readonly fits: readonly string[];
  readonly not: readonly string[];
}

const lost: Readonly<Record<string, Provoked>> = {
  libreswan: {
    fits: [
      'ipsec whack --impair send-no-delete',
      'ipsec whack --impair=drop-inbound',
      'ipsec whack --impair revival --impair send-no-delete',
      'ipsec whack --impair lifetimes',
    ],
    not: [
      'ipsec whack --impair none',
      'ipsec whack --impair=none',
      'ipsec whack --impair allow-null-none',
      'ipsec whack --impair allow_null_none',
      'ipsec whack --impair emitting',
      'ipsec whack --impair event-check-crls',
      'ipsec whack --impair event_check_crls',
      'ipsec whack --impair force-v2-auth-method:eap',
      'ipsec whack --impair force_v2_auth_method:eap',
      'ipsec whack --impair helper-thread-delay:5',
      'ipsec whack --impair helper_thread_delay:5',
      'ipsec whack --impair ignore-soft-expire',
      'ipsec whack --impair ignore_soft_expire',
      'ipsec whack --impair lifetime',
      'ipsec whack --impair proposal-parser',
      'ipsec whack --impair proposal_parser',
      'ipsec whack --impair revival',
      'ipsec whack --impair send-keepalive',
      'ipsec whack --impair send_keepalive',
      'ipsec whack --impair send-pkcs7-thingie',
      'ipsec whack --impair send_pkcs7_thingie',
      'ipsec whack --impair suppress-retransmits',
      'ipsec whack --impair suppress_retransmits',
      'ipsec whack --impair tcp-use-blocking-write',
      'ipsec whack --impair tcp_use_blocking_write',
      'ipsec whack --impair timeout-on-retransmit',
      'ipsec whack --impair timeout_on_retransmit',
      'ipsec whack --impair trigger_revival:1',
      'ipsec whack --impair block_inbound:no',
      'ipsec whack --no-impair send-no-delete',
    ],
  },
};

const ended: Readonly<Record<string, Provoked>> = {
  libreswan: {
    fits: [
      'ipsec stop',
      '/usr/sbin/ipsec restart',
      'ipsec whack --shutdown',
      'whack --shutdown;',
      '../../guestbin/pluto-up-down.sh ike=aes -- -I 192.0.1.254 192.0.2.254',
    ],
    not: [
      'cat my-pluto-up-down.sh',
      'ipsec start',
      'libipsec stop',
      'ipsec stopped',
      'ipsec whack --status',
      'mywhack --shutdown',
      'ipsec whack --shutdowns',
    ],
  },
  strongswan: {
    fits: ['ipsec stop', 'ipsec restart', 'strongswan stop', 'systemctl strongswan restart'],
    not: ['ipsec start', 'libipsec stop', 'mystrongswan stop', 'strongswan stopped', 'swanctl --terminate'],
  },
  vpnc: {
    fits: ['/usr/local/libexec/vpnc-tunnel down net', '/usr/local/libexec/vpnc-tunnel end', 'vpnc-disconnect'],
    not: ['/usr/local/libexec/vpnc-tunnel up net', 'vpnc-tunnel list', 'vpnc net'],
  },
};

for (const [title, of, expected] of [
  ['loses or spoils messages', ({ impairment }: DaemonSlice) => impairment?.by, lost],
  ['is ended', ({ endedBy }: DaemonSlice) => endedBy, ended],
] as const) {
  test(`lines by which a daemon ${title} are known daemon by daemon, and what nearly is one is not`, () => {
    const found = Object.fromEntries(
      slices.map((one) => [one.name, of(one)] as const).filter(([, one]) => one !== undefined),
    );
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected));
    for (const [name, { fits, not }] of Object.entries(expected)) {
      for (const line of fits) assert.match(line, found[name] as RegExp);
      for (const line of not) assert.doesNotMatch(line, found[name] as RegExp);
    }
  });
}
