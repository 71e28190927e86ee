import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExcusedFact, excuses } from '../../../../src/judge/oracles/excuse-rules.ts';
import { excuseFor, type Finding } from '../../../../src/judge/oracles/excuses.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { evidenceOf } from './evidence.ts';

const sa = anSa();

interface Expected {
  /** The findings that the rule takes back, and no other: spelled out here, since a wider rule makes verdicts lighter. */
  readonly facts: readonly ExcusedFact[];
  /** Commands that the rule knows: each alternative of its pattern at least once. */
  readonly fits: readonly string[];
  /** What nearly is such a command: each limit of the pattern at least once. */
  readonly not: readonly string[];
}

const expected: Readonly<Record<string, Expected>> = {
  'traffic-dropped': {
    facts: ['half-open', 'torn'],
    fits: [
      'iptables -I INPUT -s 192.1.2.45/32 -d 0/0 -j DROP',
      'ip6tables -I INPUT -s 192.1.2.45 -j REJECT',
      'ip6tables --append INPUT -s 192.1.2.45 -j REJECT',
      'iptables --insert INPUT -s 192.1.2.45 -j DROP',
      'iptables -R INPUT 1 --source 192.1.2.45 -j DROP',
      'iptables --replace INPUT 1 --source 192.1.2.45 -j DROP',
      'nft add rule ip a b ip daddr 192.1.2.23 drop',
      'nft add rule ip a b ip saddr { 192.0.2.1, 192.1.2.45,192.0.2.2 } reject',
    ],
    not: [
      'iptables -I INPUT -s 192.0.2.45 -j DROP',
      'iptables -I INPUT -s 192.1.2.45 -j ACCEPT # 192.1.2.45 is not to DROP',
      'iptables -I INPUT -s 192.0.2.45 -j DROP # west is 192.1.2.45',
      'iptables -I INPUT -s 192.1.2.45 -j ACCEPT',
      'iptables -I INPUT -s 192.1.2.4 -j DROP',
      'iptables -I INPUT -s 192.1.2.45 -j DROPPED',
      'iptables -I INPUT -s 192.1.2.45 -j NODROP',
      'ip66tables -I INPUT -s 192.1.2.45 -j DROP',
      'myiptables -I INPUT -s 192.1.2.45 -j DROP',
      'iptablesx -I INPUT -s 192.1.2.45 -j DROP',
      'nftables ip saddr 192.1.2.45 drop',
      'echo 192.1.2.45 DROP',
      '# iptables -I INPUT -s 192.1.2.45 -j DROP',
      'iptables -D INPUT -s 192.1.2.45 -j DROP',
      'nft delete rule ip a b ip saddr 192.1.2.45 drop',
    ],
  },
  'ike-dropped': {
    facts: ['half-open', 'torn'],
    fits: [
      'iptables -I INPUT -p udp --dport 500 -j DROP',
      'ip6tables -I INPUT -p udp -m udp --sport 4500 -j REJECT',
      'nft add rule a b udp dport 4500 drop',
      'nft add rule a b udp sport 500 counter reject',
      'iptables --append OUTPUT -p udp --dport 500 -j REJECT',
      'iptables --insert OUTPUT -p udp --dport 4500 -j DROP',
      'iptables -R OUTPUT 1 -p udp --dport 500 -j DROP',
      'iptables --replace OUTPUT 1 -p udp --dport 500 -j DROP',
    ],
    not: [
      'iptables -I INPUT -p udp --dport 5000 -j DROP',
      'iptables -I INPUT -p udp --dport 500 -j ACCEPT',
      'iptables -I INPUT -p icmp -j DROP',
      'iptables -I INPUT -p 500 -j DROP',
      'iptables -I FORWARD 1 --proto 50 -j DROP',
      'iptables -A OUTPUT -p esp -j REJECT',
      'ip66tables -I INPUT -p esp -j DROP',
      'myiptables -I INPUT -p esp -j DROP',
      'nftables udp dport 500 drop',
      'iptables -D INPUT -p udp --dport 500 -j DROP',
      'nft list chain a b udp dport 500 drop',
      'true # iptables -I INPUT -p esp -j DROP',
    ],
  },
  'network-changed': {
    facts: ['half-open', 'addresses', 'encapsulation'],
    fits: [
      'ip addr del 192.1.2.45/24 dev eth1',
      'ip address delete 192.1.2.45/24 dev eth1',
      'ip.sh link set down dev eth1',
      'ip -4 route replace default via 192.1.2.254',
      'ip -details -s route flush table 50',
      'ip rule change from 192.0.1.0/24',
      'ip link set eth1 down',
      'ifconfig eth1 down',
      'ifdown eth1',
      'ip link set eth1 down # a comment',
    ],
    not: [
      'ip addr show dev eth1',
      'ip link set up dev eth1',
      'ip addr add 192.1.2.45/24 dev eth1',
      'ip route get 192.1.2.23',
      'ip xfrm policy',
      'ip link show downlink0',
      'zip addr del',
      'ip.sh.sh addr del 192.1.2.45/24 dev eth1',
      'ip - addr del 192.1.2.45/24 dev eth1',
      'ip addressess del 192.1.2.45/24 dev eth1',
      'ip route  del default',
      'ifconfig  down',
    ],
  },
  impaired: {
    facts: ['half-open', 'torn'],
    fits: ['ipsec whack --impair send-no-delete'],
    not: [
      'ipsec whack --impair revival',
      'ipsec whack --no-impair send-no-delete',
      'ipsec whack --impair send_no_delete:no',
      '# ipsec whack --impair send-no-delete',
    ],
  },
  killed: {
    facts: ['half-open'],
    fits: [
      'ipsec stop',
      'ipsec whack --shutdown',
      'service strongswan stop',
      'pidof pluto | xargs kill -9',
      'killall pluto',
      'kill -TERM $(pidof iked); while pidof iked > /dev/null; do sleep 0.1; done',
      'kill $PID',
      'kill -KILL 1234',
      'systemctl stop ipsec',
      'systemctl --no-block restart strongswan',
      'pkill -9 charon',
      '../../guestbin/crash.sh',
    ],
    not: [
      'ipsec start',
      'service strongswan start',
      'ping overkill',
      'cat killed.txt',
      './gocrash',
      'ls crashes',
      'killall ip > /dev/null',
      "run 'pkill tcpdump; while pkill -0 tcpdump; do sleep 0.01; done'",
      'kill %1',
      'kill $(cat /tmp/tcpdump.pid)',
      'pidof pluto',
      'killall plutonium',
      'systemctl stop nginx',
      'systemctl start ipsec',
      '# kill -9 $(pidof pluto)',
    ],
  },
  'kernel-tables-edited': {
    facts: ['half-open', 'torn'],
    fits: [
      'ip xfrm state flush',
      'ip -4 -details xfrm policy deleteall',
      'ip.sh xfrm policy update dir out',
      'ip xfrm state add src 192.0.2.1 dst 192.0.2.2',
      'ip xfrm state del src 192.0.2.1',
      'ip xfrm state delete src 192.0.2.1',
      'ip xfrm state allocspi src 192.0.2.1',
      '../../guestbin/ipsec-kernel-state.sh flush',
    ],
    not: [
      'ip xfrm state',
      'ip -s xfrm state list',
      '../../guestbin/ipsec-kernel-state.sh',
      'ip xfrm monitor',
      'zip xfrm state add',
      'ip.sh.sh xfrm state add',
      'ip - xfrm state add',
      'ip xfrm state flushed',
      'myipsec-kernel-state.sh flush',
      'ipsec-kernel-state.sh flushed',
    ],
  },
  'kernel-tables-moved': {
    facts: ['addresses', 'encapsulation'],
    fits: [
      'ip xfrm state add src 192.0.2.1 dst 192.0.2.2',
      'ip.sh -4 xfrm state update src 192.0.2.1',
      'ip -4 -stats xfrm state migrate src 192.0.2.1',
      `perl -e 'socket(S,16,3,6) or die; send(S,pack("H*",shift),0)' 00`,
      'python3 -c "import socket; s = socket.socket(16, 3, 6)"',
      "perl -e 'socket(SOCK, 16, 3, 6) or die'",
    ],
    not: [
      'ip xfrm state',
      'ip xfrm state delete src 192.0.2.1',
      'ip xfrm state flush',
      'ip xfrm policy update dir out',
      'ip xfrm state added',
      'zip xfrm state add',
      'ip.sh.sh xfrm state add',
      'ip - xfrm state add',
      "perl -e 'socket(S,16,3,0) or die'",
      "perl -e 'socket(S,16,3,66) or die'",
      "perl -e 'socket(S,2,3,6) or die'",
      "perl -e 'mysocket(S,16,3,6)'",
      "perl -e 'socket(,16,3,6)'",
      "perl -e 'socket(S,T,16,3,6)'",
    ],
  },
  translated: {
    facts: ['addresses', 'rewritten'],
    fits: [
      'iptables -t nat -I PREROUTING -d 192.0.2.1 -j DNAT --to-destination 192.0.2.2',
      'iptables -t nat --append POSTROUTING -j MASQUERADE',
      '../../guestbin/nic-nft-nat.sh',
      'iptables -A POSTROUTING -t nat -j MASQUERADE',
      '../../guestbin/nic-nat.sh 192.1.3.0/24',
      'nft add rule ip nat post snat to 192.1.2.254',
      'nft add rule ip nat pre dnat to 192.0.2.1',
      'nft add rule ip nat post masquerade',
    ],
    not: [
      'iptables -t filter -A INPUT -j ACCEPT',
      'iptables -t nat -F',
      'iptables -t nat -L -n',
      'iptables -L',
      'iptables -t nats',
      'iptables-t nat',
      'myiptables -t nat -F',
      'iptables4 -t nat -F',
      './panic-nat.sh',
      './nic-nat.shell',
      'nft list ruleset',
      'nft list chain ip nat nosnat',
      'nft list chain ip nat snats',
      'mynft add rule ip nat post snat to 192.1.2.254',
      'nftables snat',
    ],
  },
  netem: {
    facts: ['half-open', 'torn'],
    fits: [
      'tc qdisc add dev eth1 root netem loss 50%',
      'tc qdisc replace dev eth1 root netem delay 9s',
      'tc qdisc replace dev eth1 root netem limit 100000 delay 3000000us',
      'tc qdisc add dev eth1 root netem delay 100ms 1.5sec',
      'tc qdisc add dev eth1 root netem delay 1000msecs',
      'tc qdisc add dev eth1 root netem delay 1000000 duplicate 1%',
      'tc qdisc add dev eth1 root netem delay 10ms loss 1%',
      '/sbin/tc -s qdisc change dev eth1 root netem corrupt 1%',
    ],
    not: [
      'tc qdisc show dev eth1',
      'tc qdisc replace dev eth1 root netem limit 100000 delay 50000us 5000us',
      'tc qdisc add dev eth1 root netem delay 999ms',
      'tc qdisc add dev eth1 root netem delay 0.5s',
      'tc qdisc add dev eth1 root netem delay 999999',
      'tc qdisc add dev eth1 root netem duplicate 50%',
      'tc qdisc add dev eth1 root netem reorder 25%',
      'tc qdisc add dev eth1 root netem delay 10ms limit 2s',
      'tc qdisc add dev eth1 root fq',
      'tc qdisc add dev eth1 root fq; modprobe netem',
      'tc qdisc del dev eth1 root netem',
      'modprobe sch_netem',
      'ls netems',
    ],
  },
  corrupted: {
    facts: ['refused'],
    fits: ['tc qdisc add dev eth1 root netem corrupt 1%', 'tc qdisc replace dev eth1 root netem loss 1% corrupt 5%'],
    not: [
      'tc qdisc add dev eth1 root netem loss 50%',
      'tc qdisc del dev eth1 root netem corrupt 1%',
      'tc qdisc add dev eth1 root fq corrupt',
      'ipsec whack --impair corrupt_encrypted',
    ],
  },
};

const allFacts = ['half-open', 'torn', 'refused', 'rewritten', 'addresses', 'encapsulation'] as const;
const idFor = (fact: ExcusedFact, ...lines: readonly string[]): string | undefined =>
  excuseFor(
    { fact, sa, hosts: ['west'], from: 10n, until: 20n },
    evidenceOf({ commands: lines.map((line, at) => [at * 1e-6, line] as const) }),
  )?.id;

test('a line that Espalier typed is the cause of nothing, whatever it says', () => {
  const finding = { sa, hosts: ['west'], from: 10n, until: 20n };
  for (const [id, { facts, fits }] of Object.entries(expected)) {
    for (const [fact, line] of facts.flatMap((one) => fits.map((fit) => [one, fit] as const))) {
      const found = (by?: 'look' | 'start') =>
        excuseFor({ fact, ...finding }, evidenceOf({ commands: [[0, line, 'west', by]] }))?.id;
      assert.notEqual(found(), undefined, `${id}: ${line}`);
      for (const by of ['look', 'start'] as const) assert.equal(found(by), undefined, `${id}, ${by}: ${line}`);
    }
  }
});

test('a daemon that Espalier started takes back what ended it; a look takes nothing back', () => {
  const hour = 3_600_000_000_000n;
  const found = (by: 'look' | 'start'): string | undefined => {
    const commands = [
      { host: 'west', line: 'ipsec stop', begin: 0n, end: 1n },
      { host: 'west', line: 'ipsec start', begin: hour, end: hour, by },
    ];
    const finding: Finding = { fact: 'half-open', sa, hosts: ['west'], from: 2n * hour, until: 2n * hour };
    return excuseFor(finding, { ...evidenceOf({}), commands })?.id;
  };
  assert.equal(found('look'), 'killed');
  assert.equal(found('start'), undefined);
});

test('the rules stand in this order, and each takes back these findings', () => {
  assert.deepEqual(
    excuses.map(({ id, facts }) => [id, facts]),
    Object.entries(expected).map(([id, { facts }]) => [id, facts]),
  );
});

for (const [id, { facts, fits, not }] of Object.entries(expected)) {
  test(`${id} takes back its findings by its commands, and nothing by what nearly is one`, () => {
    for (const fact of allFacts) {
      for (const line of fits) assert.equal(idFor(fact, line) === id, facts.includes(fact), `${fact}: ${line}`);
      for (const line of not) assert.notEqual(idFor(fact, line), id, `${fact}: ${line}`);
    }
  });
}

test('the first command counts that a rule fits, and of its rules the first one', () => {
  const both = 'iptables -I INPUT -p esp -s 192.1.2.45 -j DROP';
  const first = (...lines: readonly string[]): string | undefined => idFor('torn', ...lines);
  assert.equal(first(both), 'traffic-dropped');
  assert.equal(first('true', 'ipsec whack --impair drop-i', both), 'impaired');
  assert.equal(first('true', 'ipsec stop'), undefined);
  assert.equal(first('ipsec whack --impair drop-i', both), 'impaired');
  assert.equal(first(), undefined);
});

test('every rule has a reason', () => {
  for (const { id, reason, undone } of excuses) {
    assert.match(reason, /^\S+ \S+ \S+/, id);
    if (undone !== undefined) assert.match(undone.how, /^\S+ \S+ \S+/, id);
  }
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
