import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExcusedFact, excuseFor, excuses } from '../../../../src/judge/oracles/excuses.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';

const sa = anSa();

/** Per rule: what fits it for its first fact, and what nearly does. */
const examples: Readonly<Record<string, { readonly fits: readonly string[]; readonly not: readonly string[] }>> = {
  'traffic-dropped': {
    fits: ['iptables -I INPUT -s 192.1.2.45/32 -d 0/0 -j DROP', 'nft add rule ip a b ip daddr 192.1.2.23 drop'],
    not: [
      'iptables -I INPUT -s 192.0.2.45 -j DROP',
      'iptables -I INPUT -s 192.1.2.45 -j ACCEPT',
      'iptables -I INPUT -s 192.1.2.4 -j DROP',
      'echo 192.1.2.45 DROP',
    ],
  },
  'ike-dropped': {
    fits: [
      'iptables -I INPUT -p udp --dport 500 -j DROP',
      'iptables -A OUTPUT -p esp -j REJECT',
      'nft add rule a b udp dport 4500 drop',
    ],
    not: [
      'iptables -I INPUT -p udp --dport 5000 -j DROP',
      'iptables -I INPUT -p udp --dport 500 -j ACCEPT',
      'iptables -I INPUT -p icmp -j DROP',
    ],
  },
  'network-changed': {
    fits: [
      'ip addr del 192.1.2.45/24 dev eth1',
      'ip link set down dev eth1',
      'ip -4 route replace default via 192.1.2.254',
      'ifconfig eth1 down',
      'ip link set eth1 down',
    ],
    not: [
      'ip addr show dev eth1',
      'ip link set up dev eth1',
      'ip addr add 192.1.2.45/24 dev eth1',
      'ip route get 192.1.2.23',
      'ip xfrm policy',
    ],
  },
  impaired: {
    fits: [
      'ipsec whack --impair send-no-delete',
      'ipsec whack --impair=drop-inbound',
      'ipsec whack --impair revival --impair send-no-delete',
    ],
    not: [
      'ipsec whack --impair suppress-retransmits',
      'ipsec whack --impair suppress_retransmits',
      'ipsec whack --impair revival',
      'ipsec whack --impair none',
      'ipsec whack --impair trigger_revival:1',
      'ipsec whack --impair timeout-on-retransmit',
      'ipsec whack --no-impair send-no-delete',
    ],
  },
  killed: {
    fits: [
      'ipsec stop',
      'ipsec restart',
      'pidof pluto | xargs kill -9',
      'killall pluto',
      'ipsec whack --shutdown',
      'service strongswan stop',
      '../../guestbin/crash.sh',
    ],
    not: ['ipsec start', 'service strongswan start', 'ipsec status', 'ping overkill', 'ipsec whack --status'],
  },
  'kernel-tables-edited': {
    fits: [
      'ip xfrm state flush',
      'ip -4 xfrm policy deleteall',
      'ip xfrm state add src 1.2.3.4 dst 1.2.3.5',
      '../../guestbin/ipsec-kernel-state.sh flush',
    ],
    not: ['ip xfrm state', 'ip -s xfrm state list', '../../guestbin/ipsec-kernel-state.sh', 'ip xfrm monitor'],
  },
  translated: {
    fits: ['iptables -t nat -F', '../../guestbin/nic-nat.sh 192.1.3.0/24', 'nft add rule ip nat post masquerade'],
    not: ['iptables -t filter -F', 'iptables -L', 'nft list ruleset'],
  },
  netem: {
    fits: ['tc qdisc add dev eth1 root netem loss 50%'],
    not: ['tc qdisc show dev eth1', 'tc qdisc add dev eth1 root fq'],
  },
};

test('every rule has a reason and an identifier of its own, and examples here', () => {
  assert.deepEqual(
    Object.keys(examples),
    excuses.map(({ id }) => id),
  );
  for (const { reason, facts } of excuses) {
    assert.ok(reason.length > 20, reason);
    assert.ok(facts.length > 0 && new Set(facts).size === facts.length);
  }
});

for (const { id, facts } of excuses) {
  test(`${id} excuses what its commands mean, and its near misses excuse nothing`, () => {
    const { fits = [], not = [] } = examples[id] ?? {};
    for (const fact of facts) {
      for (const line of fits) assert.equal(excuseFor(fact, [{ host: 'west', line, begin: 0n }], sa)?.id, id, line);
      for (const line of not) assert.equal(excuseFor(fact, [{ host: 'west', line, begin: 0n }], sa), undefined, line);
    }
    const others = (['half-open', 'refused', 'replay', 'addresses', 'encapsulation'] as const).filter(
      (one: ExcusedFact) => !facts.includes(one),
    );
    for (const fact of others) {
      for (const line of fits) assert.notEqual(excuseFor(fact, [{ host: 'west', line, begin: 0n }], sa)?.id, id, line);
    }
  });
}

test('a rule that wants an address named fits no packet without an SA', () => {
  const line = 'iptables -I INPUT -s 192.1.2.45/32 -j DROP';
  assert.equal(excuseFor('half-open', [{ host: 'west', line, begin: 0n }]), undefined);
});

/** Names of tests look like `ikev2-05-basic-psk`; a rule that holds one would excuse that test and not a deed. */
test('no rule names a test', () => {
  for (const { id, commands } of excuses) {
    assert.ok(commands.length > 0, id);
    for (const { source, flags } of commands) {
      assert.doesNotMatch(source, /ikev[12]-|-\d\d(?:-|\b)|interop-|basic-/, id);
      assert.doesNotMatch(flags, /[gy]/, `${id} remembers where it was`);
    }
  }
});
