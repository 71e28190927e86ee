import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayAt, delaysOf } from '../../../../src/judge/oracles/delays.ts';
import { ms } from './evidence.ts';

type Typed = readonly [at: number, line: string, host?: string];

/** What holds back a packet of west at a time in milliseconds: for how many milliseconds, and whether packets get lost. */
function held(typed: readonly Typed[], at: number): readonly [number, boolean] {
  const commands = typed.map(([begin, line, host = 'west']) => ({ host, line, begin: ms(begin) }));
  const { most, lossy } = delayAt(delaysOf(commands).get('west'), ms(at));
  return [Number(most) / 1e6, lossy];
}

for (const [line, most, lossy] of [
  ['tc qdisc add dev eth1 root netem delay 100ms', 100, false],
  ['tc qdisc add dev eth1 root netem delay 100ms 10ms 25%', 140, false],
  ['tc qdisc add dev eth1 root netem delay 2s', 2000, false],
  ['tc qdisc add dev eth1 root netem delay 1.5msec', 1.5, false],
  ['tc qdisc add dev eth1 root netem delay 700', 0.7, false],
  ['tc qdisc replace dev eth1 root netem limit 100000 delay 100000us 5000us loss 5%', 120, true],
  ['tc qdisc add dev eth1 root netem delay whatever', 1000, false],
  ['tc qdisc add dev eth1 root netem loss 100%', 0, true],
  ['tc qdisc add dev eth1 root netem rate 1mbit', 1000, false],
  ['tc qdisc add dev eth1 root netem duplicate 1%', 0, false],
  ['tc qdisc add dev eth1 root tbf rate 1mbit burst 32kbit latency 400ms', 1000, false],
  ['tc qdisc add dev eth1 parent 1:1 handle 10: netem delay 3ms', 3, false],
  ['/sbin/tc -n blue qdisc change dev eth1 root netem delay 3ms', 3, false],
  ['tc qdisc add dev eth1 root pfifo limit 10', 0, false],
  ['tc qdisc show dev eth1', 0, false],
  ['tc -s qdisc', 0, false],
  ['echo netem delay 100ms', 0, false],
] as const) {
  test(`${line}: up to ${most} ms${lossy ? ', with losses' : ''}`, () => {
    assert.deepEqual(held([[10, line]], 20), [most, lossy]);
  });
}

test('what Espalier types delays nothing', () => {
  const typed = { host: 'west', line: 'grep "tc qdisc add dev eth1 root netem delay 100ms" f', begin: ms(10) };
  assert.equal(delaysOf([{ ...typed, by: 'look' }]).size, 0);
  assert.equal(delaysOf([typed]).size, 1);
});

const slow = 'tc qdisc add dev eth1 root netem delay 100ms';

test('a delay counts from its command on, on its own host', () => {
  assert.deepEqual([held([[10, slow]], 9)[0], held([[10, slow]], 10)[0]], [0, 100]);
  assert.equal(held([[10, slow, 'east']], 20)[0], 0);
});

test('a delay that is taken away counts until the next command of its host, and for what it holds then', () => {
  const removed: Typed[] = [
    [10, slow],
    [1000, 'tc qdisc del dev eth1 root'],
    [1200, 'true', 'east'],
    [1500, 'true'],
  ];
  assert.deepEqual([held(removed, 1600)[0], held(removed, 1600.1)[0]], [100, 0]);
  assert.equal(held(removed.slice(0, 3), 9e6)[0], 100);
});

test('what replaces a delay at the root ends it; what is added below, or on another device, does not', () => {
  const then = (line: string): number =>
    held(
      [
        [10, slow],
        [1000, line],
        [1500, 'true'],
      ],
      5000,
    )[0];
  assert.equal(then('tc qdisc replace dev eth1 root noqueue'), 0);
  assert.equal(then('tc qdisc change dev eth1 root netem delay 7ms'), 7);
  assert.equal(then('tc qdisc replace dev eth2 root noqueue'), 100);
  assert.equal(then('tc qdisc add dev eth1 parent 1:1 netem delay 7ms'), 100);
  assert.equal(then('tc qdisc del dev eth1 parent 1:1'), 100);
});

test('of several delays the longest counts, and of one line every command', () => {
  const both = 'tc qdisc add dev eth1 root netem delay 5ms; tc qdisc add dev eth2 root netem delay 9ms && true';
  assert.equal(held([[10, both]], 20)[0], 9);
  const passing = 'tc qdisc add dev eth1 root netem delay 5ms; ping -c 1 east; tc qdisc del dev eth1 root';
  assert.deepEqual(
    [
      held(
        [
          [10, passing],
          [50, 'true'],
        ],
        40,
      )[0],
      held(
        [
          [10, passing],
          [50, 'true'],
        ],
        60,
      )[0],
    ],
    [5, 0],
  );
});
