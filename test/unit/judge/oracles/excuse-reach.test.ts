import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExcusedFact, excuses } from '../../../../src/judge/oracles/excuse-rules.ts';
import { excuseFor, type Finding } from '../../../../src/judge/oracles/excuses.ts';
import { anSa } from '../../evidence/xfrm-samples.ts';
import { evidenceOf, type Host, hosts } from './evidence.ts';
import { excused, type Typed } from './excused.ts';
import { addresses, labFrames } from './lab-path.ts';

const second = 1_000_000_000n;
const hour = 3600n * second;

interface Reach {
  readonly fact: ExcusedFact;
  readonly line: string;
  /** Where it must be typed, for an SA of west and east, or a packet of west's that nic sent on. */
  readonly hosts: readonly Host[];
  /** Seconds after its last act until when all is over. */
  readonly settles: bigint | undefined;
  /** What takes it back, and what nearly does. */
  readonly undone: readonly string[];
  readonly not: readonly string[];
}

const drop = `-s ${addresses.west} -j DROP`;
const filtersUndone = {
  undone: [`iptables -D INPUT ${drop}`, 'iptables -F', 'iptables -F INPUT', 'iptables --flush', 'iptables-restore < f'],
  not: [
    `iptables -D INPUT -s ${addresses.east} -j DROP`,
    `iptables -D OUTPUT ${drop}`,
    `iptables -D IN PUT${drop}`,
    'iptables -F OUTPUT',
    'iptables -t nat -F',
    'iptables -L',
    'iptables -X',
    'nft list ruleset',
  ],
};
const qdiscGone = {
  undone: [
    'tc qdisc del dev eth1 root',
    'tc qdisc delete dev eth1 root netem',
    'tc qdisc replace dev eth1 root noqueue',
    'tc qdisc del root',
  ],
  not: ['tc qdisc del dev eth0 root', 'tc qdisc show dev eth1', 'tc filter del dev eth1'],
};
const started = ['ipsec start', 'systemctl start strongswan', 'iked -f /etc/iked.conf', 'strongswan start'];

/** Spelled out here: a rule that reaches further makes verdicts lighter. */
const reaches: Readonly<Record<string, Reach>> = {
  'traffic-dropped': {
    fact: 'half-open',
    line: `iptables -I INPUT 1 ${drop}`,
    hosts: ['west', 'east', 'nic'],
    settles: 600n,
    ...filtersUndone,
  },
  'ike-dropped': {
    fact: 'torn',
    line: 'nft add rule a b udp dport 500 drop',
    hosts: ['west', 'east', 'nic'],
    settles: 600n,
    undone: ['nft flush ruleset', 'nft delete table a', 'nft destroy chain a b', 'nft flush chain a b'],
    not: ['nft delete rule a b handle 4', 'nft list ruleset', 'nft add table a'],
  },
  'network-changed': {
    fact: 'addresses',
    line: 'ip addr del 192.1.2.45/24 dev eth1',
    hosts: ['west', 'east', 'nic'],
    settles: 600n,
    undone: [
      'ip addr add 192.1.2.45/24 dev eth1',
      'ip.sh -4 address add 192.1.2.46/24 dev eth1',
      'ip link set eth1 up',
      'ifup eth1',
      'ifconfig eth1 192.0.2.1 up',
    ],
    not: [
      'ip addr add 192.1.2.45/24 dev eth0',
      'ip route add default dev eth1',
      'ip link set eth0 up',
      'ifup eth0',
      'ip addr show dev eth1',
      'ip link set eth1 mtu 1400',
    ],
  },
  impaired: {
    fact: 'torn',
    line: 'ipsec whack --impair send-no-delete --impair drop_i2',
    hosts: ['west', 'east'],
    settles: 600n,
    undone: [
      'ipsec whack --impair none',
      'ipsec whack --no-impair send_no_delete --no-impair drop-i2',
      'ipsec whack --impair send_no_delete:no --impair drop_i2:no',
      ...started,
    ],
    not: [
      'ipsec whack --no-impair send_no_delete',
      'ipsec whack --impair drop_i2:yes',
      'ipsec whack --impair revival',
      'ipsec whack --status',
      'ipsec stop',
    ],
  },
  killed: {
    fact: 'half-open',
    line: 'ipsec stop',
    hosts: ['west', 'east'],
    settles: 600n,
    undone: [...started, 'ipsec restart'],
    not: [
      'ipsec status',
      'ipsec stop',
      'ipsec setup stop',
      'systemctl stop strongswan',
      'systemctl kill ipsec',
      'pidof iked',
    ],
  },
  'kernel-tables-edited': {
    fact: 'half-open',
    line: 'ip xfrm state add src 192.0.2.1 dst 192.0.2.2',
    hosts: ['west', 'east'],
    settles: 60n,
    undone: [],
    not: [],
  },
  'kernel-tables-moved': {
    fact: 'addresses',
    line: 'ip xfrm state update src 192.0.2.1 dst 192.0.2.2',
    hosts: ['west', 'east'],
    settles: 60n,
    undone: [],
    not: [],
  },
  translated: {
    fact: 'addresses',
    line: 'iptables -t nat -A POSTROUTING -j MASQUERADE',
    hosts: ['west', 'east', 'nic'],
    settles: undefined,
    undone: [
      'iptables -t nat -D POSTROUTING -j MASQUERADE',
      'iptables -t nat --delete POSTROUTING -j MASQUERADE',
      'iptables -t nat -F',
      'iptables -t nat --flush POSTROUTING',
      'iptables-restore < f',
      'nft flush ruleset',
      'nft delete table nat',
    ],
    not: [
      'iptables -F',
      'iptables -t nat -D POSTROUTING -j SNAT',
      'iptables -t nat -D OUTPUT -j MASQUERADE',
      'iptables -D POSTROUTING -j MASQUERADE',
      'iptables -t nat -L',
      'ip6tables -F',
      'nft list ruleset',
      'nft delete rule nat post handle 3',
    ],
  },
  netem: {
    fact: 'half-open',
    line: 'tc qdisc add dev eth1 root netem loss 50%',
    hosts: ['west', 'east', 'nic'],
    settles: 600n,
    ...qdiscGone,
    undone: [...qdiscGone.undone, 'tc qdisc replace dev eth1 root netem delay 10ms'],
    not: [...qdiscGone.not, 'tc qdisc replace dev eth1 root netem delay 1s'],
  },
  corrupted: {
    fact: 'refused',
    line: 'tc qdisc add dev eth1 root netem corrupt 50%',
    hosts: ['west', 'nic'],
    settles: 1n,
    ...qdiscGone,
    undone: [...qdiscGone.undone, 'tc qdisc replace dev eth1 root netem loss 1%'],
  },
};

/** Whether a rule excuses what west has alone, or sends. */
function isExcused(id: string, typed: readonly Typed[], time: Pick<Finding, 'from' | 'until' | 'due'>): boolean {
  const found = excused((reaches[id] as Reach).fact, typed, time);
  assert.ok(found === undefined || found === id, found);
  return found !== undefined;
}

test('every rule has a reach that is spelled out here', () => {
  assert.deepEqual(
    excuses.map(({ id, settles }) => [id, settles]),
    Object.entries(reaches).map(([id, { settles }]) => [id, settles && settles * second]),
  );
});

for (const [id, { line, hosts: within, settles, undone, not }] of Object.entries(reaches)) {
  const begin = hour;
  const brief = { from: begin, until: begin };

  test(`${id}: in space it reaches what lies between the ends, and no other host`, () => {
    for (const host of hosts) assert.equal(isExcused(id, [{ line, host, begin }], brief), within.includes(host), host);
  });

  test(`${id}: what began before its command has another cause, unless something explained it until then`, () => {
    assert.equal(isExcused(id, [{ line, begin }], { from: begin - 1n, until: begin }), false);
    assert.equal(isExcused(id, [{ line, begin }], { from: begin - 1n, until: begin, due: begin }), true);
    assert.equal(isExcused(id, [{ line, begin }], { from: begin - 9n, until: begin, due: begin - 1n }), false);
    assert.equal(isExcused(id, [{ line, begin }], { from: begin - 9n, until: begin - 1n, due: begin }), false);
  });

  test(`${id}: what it brings about is over ${settles === undefined ? 'with the SA' : `after ${settles} s`}`, () => {
    const lasting = (time: bigint, from = begin): boolean =>
      isExcused(id, [{ line, begin }], { from, until: from + time });
    const limit = (settles ?? 0n) * second;
    assert.equal(lasting(limit), true);
    assert.equal(lasting(limit + 1n), settles === undefined);
    assert.equal(lasting(24n * hour), settles === undefined);
    // What was in flight when the cause came is measured from there.
    const due = { from: begin - 50n, due: begin };
    assert.equal(isExcused(id, [{ line, begin }], { ...due, until: begin + limit }), true);
    assert.equal(isExcused(id, [{ line, begin }], { ...due, until: begin + limit + 1n }), settles === undefined);
  });

  for (const [how, end, last] of [
    ['ends at once', begin, begin],
    ['takes an hour', begin + hour, begin + hour],
    ['never ends', undefined, begin + 90n * hour],
  ] as const) {
    if (undone.length > 0) continue;
    test(`${id}: it acts while its command runs, which ${how}`, () => {
      const commands = [{ line, host: 'west', begin, ...(end !== undefined && { end }) }];
      const evidence = { ...evidenceOf({ frames: labFrames }), commands };
      const { fact } = reaches[id] as Reach;
      const at = (from: bigint) => excuseFor({ fact, sa: anSa(), hosts: ['west'], from, until: from }, evidence)?.id;
      assert.equal(at(last + 60n * second), id);
      assert.equal(at(last + 60n * second + 1n), end === undefined ? id : undefined);
    });
  }

  for (const undoing of undone) {
    test(`${id}: ${undoing} takes it back`, () => {
      const end = begin + hour;
      const typed = (host: Host): Typed[] => [
        { line, begin },
        { line: undoing, host, begin: end - 1n, end },
      ];
      const late = settles !== undefined && settles < 165n ? settles * second : 165n * second;
      const at = (from: bigint, host: Host = 'west') => isExcused(id, typed(host), { from, until: from });
      assert.equal(at(end + late), true);
      assert.equal(at(end + late + 1n), false);
      assert.equal(at(end + late + 1n, 'east'), true, 'another host');
      assert.equal(isExcused(id, typed('west').toReversed(), { from: 9n * hour, until: 9n * hour }), true, 'before it');
      if (settles === undefined) return;
      const until = end + settles * second;
      assert.equal(isExcused(id, typed('west'), { from: end, until }), true);
      assert.equal(isExcused(id, typed('west'), { from: end, until: until + 1n }), false);
    });
  }

  test(`${id}: what nearly takes it back does not`, () => {
    const from = 9n * hour;
    for (const one of not) {
      const typed = [
        { line, begin },
        { line: one, begin: begin + 1n },
      ];
      assert.equal(isExcused(id, typed, { from, until: from }), true, one);
    }
  });
}

test('a line that takes back what it does itself acts while it runs, and one that leaves a job may act for ever', () => {
  const [netem, stop] = ['tc qdisc add dev eth1 root netem loss 1%', 'ipsec restart'];
  const late = { from: 9n * hour, until: 9n * hour };
  const at = (id: string, line: string) => isExcused(id, [{ line, begin: 0n, end: 10n }], late);
  assert.equal(at('netem', netem), true);
  assert.equal(at('netem', `${netem}; sleep 9; tc qdisc del dev eth1 root`), false);
  assert.equal(at('netem', `(${netem}; sleep 9; tc qdisc del dev eth1 root) &`), true);
  assert.equal(at('killed', stop), false);
  const byHand = 'ip xfrm state flush';
  assert.equal(at('kernel-tables-edited', byHand), false);
  assert.equal(at('kernel-tables-edited', `(sleep 9; ${byHand}) &`), true);
  assert.equal(at('kernel-tables-edited', `${byHand} # in the foreground, not with &`), false);
});

test('a cause that is typed once more is there once more', () => {
  const line = 'tc qdisc add dev eth1 root netem loss 1%';
  const typed = [
    { line, begin: 0n },
    { line: 'tc qdisc del dev eth1 root', begin: 1n },
    { line, begin: 5n * hour },
  ];
  const at = (from: bigint) => isExcused('netem', typed, { from, until: from });
  assert.deepEqual([at(2n), at(4n * hour), at(5n * hour), at(9n * hour)], [true, false, true, true]);
});

test('whatever is shorter, or begins nearer to its cause, is excused as well', () => {
  const id = fc.constantFrom(...Object.keys(reaches));
  const time = fc.bigInt(0n, 1000n).map((seconds) => seconds * second);
  fc.assert(
    fc.property(id, time, time, time, time, (rule, begin, wait, length, less) => {
      const { line, undone } = reaches[rule] as Reach;
      const typed = [{ line, begin }, ...undone.slice(0, 1).map((one) => ({ line: one, begin: begin + length }))];
      const from = begin + wait;
      const until = from + less;
      const whole = isExcused(rule, typed, { from, until });
      if (!whole) return;
      assert.ok(isExcused(rule, typed, { from, until: from }));
      assert.ok(isExcused(rule, typed, { from: begin, until: begin }));
      const nearer = begin + wait / 2n;
      assert.ok(isExcused(rule, typed, { from: nearer, until: nearer }));
    }),
  );
});

test('half an SA on west is none of what road did, however it was taken back (two wrong greens)', () => {
  const half = { from: 100n, until: 2n * hour, due: 60n * second };
  const netem = [
    { line: 'tc qdisc add dev eth1 root netem loss 1%', host: 'road' as const, begin: 1n },
    { line: 'tc qdisc del dev eth1 root netem', host: 'road' as const, begin: 5n },
  ];
  assert.equal(isExcused('netem', netem, half), false);
  assert.equal(
    isExcused(
      'netem',
      netem.map((one) => ({ ...one, host: 'west' as const })),
      half,
    ),
    false,
  );
  assert.equal(isExcused('killed', [{ line: 'ipsec stop', host: 'road', begin: 1n }], half), false);
  assert.equal(isExcused('killed', [{ line: 'ipsec stop', host: 'west', begin: 1n }], half), false);
});
