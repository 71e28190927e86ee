import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excused } from './excused.ts';
import { addresses } from './lab-path.ts';

const hour = 3_600_000_000_000n;
const drop = `-s ${addresses.west} -j DROP`;

/** A rule of a filter, what is typed later, and whether that takes it back. */
const filterEnds: readonly (readonly [cause: string, later: string, isUndone: boolean])[] = [
  ...['-A', '--append', '-I', '--insert', '-R', '--replace'].flatMap((option) => [
    [`iptables ${option} INPUT ${drop}`, `iptables --delete INPUT ${drop}`, true] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables -D INPUT -p udp -j DROP', false] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables --delete INPUT -p udp -j DROP', false] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables -F OUTPUT', false] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables --flush OUTPUT', false] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables -D INPUT 1', true] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables --delete INPUT 1', true] as const,
    [`iptables ${option} INPUT ${drop}`, 'iptables --delete OUTPUT 1', false] as const,
  ]),
  [`iptables -A INPUT ${drop}`, 'iptables -D  INPUT -p udp -j DROP', false],
  [`iptables -A  INPUT   ${drop}`, `iptables -D INPUT ${drop}`, true],
  [`iptables -I INPUT  12  ${drop}`, `iptables -D INPUT ${drop}`, true],
  [`iptables -I INPUT 1 2 ${drop}`, `iptables -D INPUT ${drop}`, false],
  [`iptables -A INPUT ${drop}`, 'iptables -D INPUT', true],
  [`iptables -A INPUT ${drop}`, `iptables -Dz -D INPUT ${drop}`, true],
  [`iptables -A INPUT ${drop}`, `myiptables -D INPUT ${drop}`, false],
  [`iptables -A INPUT ${drop}`, `iptablesx -D INPUT ${drop}`, false],
  [`iptables -A INPUT ${drop}`, `ip66tables -D INPUT ${drop}`, false],
  [`iptables -A INPUT ${drop}`, 'myiptables -D INPUT 1', false],
  [`iptables -A INPUT ${drop}`, 'iptablesx -D INPUT 1', false],
  [`iptables -A INPUT ${drop}`, 'ip66tables -D INPUT 1', false],
  [`iptables -A INPUT ${drop}`, 'ip6tables -D  INPUT  12', true],
  [`iptables -A INPUT ${drop}`, 'iptables -D INPUT 1 -j DROP', false],
  [`iptables -A INPUT ${drop}`, 'iptables -D INPUT -p 17', false],
  [`iptables -A INPUT ${drop}`, 'iptables -A OUTPUT -s 192.0.2.9 -j DROP -D INPUT 1x', false],
  [`iptables -Az -A INPUT ${drop}`, 'iptables -F INPUT', true],
  [`iptables -A  INPUT ${drop}`, 'iptables -F OUTPUT', false],
  [`iptables -A INPUT ${drop}`, 'iptables -F INNER', false],
  [`iptables -A INPUT ${drop}`, 'iptables -F -t filter', true],
  [`iptables -A INPUT ${drop}`, 'iptables -t  filter -F', true],
  [`iptables -A INPUT ${drop}`, 'iptables -tfilter -F', true],
  ...[
    'myiptables -F',
    'ip66tables -F',
    'iptablesx -F',
    'iptables -t  nat -F',
    'iptables -tnat -F',
    'iptables -t filterx -F',
  ].map((other) => [`iptables -A INPUT ${drop}`, other, false] as const),
  [`iptables -A INPUT ${drop}`, 'iptables -D   ', true],
];

test('a rule of a filter is taken back by the same one, by a number of its chain, or with its chain', () => {
  for (const [cause, later, isUndone] of filterEnds) {
    const typed = [cause, later].map((line, at) => ({ line, begin: BigInt(at) * hour }));
    const from = 9n * hour;
    assert.equal(
      excused('half-open', typed, { from, until: from }),
      isUndone ? undefined : 'traffic-dropped',
      `${cause}; ${later}`,
    );
  }
});

test('a translation is taken back in its table alone', () => {
  const line = 'iptables -t nat -A POSTROUTING -j MASQUERADE';
  const ends: readonly (readonly [later: string, isUndone: boolean])[] = [
    ['iptables -t nat -D POSTROUTING 1', true],
    ['iptables -t nat --delete POSTROUTING 12', true],
    ['iptables -t nat -D OUTPUT 1', false],
    ['iptables -D POSTROUTING 1', false],
    ...['myiptables -t nat', 'iptablesx -t nat', 'iptables -t natx'].flatMap((other) => [
      [`${other} -D POSTROUTING -j MASQUERADE`, false] as const,
      [`${other} -D POSTROUTING 1`, false] as const,
    ]),
  ];
  for (const [later, isUndone] of ends) {
    const typed = [line, later].map((one, at) => ({ line: one, begin: BigInt(at) * hour }));
    const from = 9n * hour;
    assert.equal(excused('addresses', typed, { from, until: from }), isUndone ? undefined : 'translated', later);
  }
});
