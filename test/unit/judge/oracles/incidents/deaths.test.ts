import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices } from '../../../../../src/daemons/table.ts';
import type { Death } from '../../../../../src/evidence/attempt/deaths.ts';
import { type DeathRules, deathIncidents } from '../../../../../src/judge/oracles/incidents/deaths.ts';

const second = 1_000_000_000n;

/** Lines of `west` with their begin and end in seconds; without an end they run on. */
type Typed = readonly (readonly [line: string, begin: number, end?: number])[];

interface More extends Partial<Omit<DeathRules, 'commands'>> {
  readonly others?: readonly Partial<Death>[];
  readonly at?: string;
}

/** What becomes of a death of pluto at second 100: the kinds that count. */
function counting(death: Partial<Death>, typed: Typed, { others = [], at = 'west', ...more }: More = {}): string[] {
  const usual = { host: 'west', pid: 100, parent: 1, signal: 0, status: 0, core: false, forked: false };
  const all = [death, ...others].map((one, index): Death => {
    return { ...usual, program: 'pluto', time: 100n * second, sequence: 10 + index, ...one };
  });
  const rules: DeathRules = {
    commands: typed.map(([line, begin, end]) => ({
      host: at,
      line,
      begin: BigInt(begin) * second,
      ...(end !== undefined && { end: BigInt(end) * second }),
    })),
    postMortem: Number.POSITIVE_INFINITY,
    daemons: new Set(slices.flatMap(({ processes }) => processes)),
    endedBy: slices.flatMap(({ endedBy = [] }) => endedBy),
    startedBy: slices.map(({ startedBy }) => startedBy),
    typedCoreIsMeant: false,
    ...more,
  };
  return deathIncidents(all, rules).flatMap(({ kind, excuse }) => (excuse === undefined ? [kind] : []));
}

const quiet: Typed = [['ping -c 1 east', 99, 99]];

test('a signal that dumps core is a fault of any process, whatever runs', () => {
  for (const signal of [3, 4, 5, 6, 7, 8, 11, 24, 25, 31]) {
    for (const program of ['pluto', 'ping', 'sh']) {
      assert.deepEqual(counting({ signal, program }, quiet), ['died'], `${program} ${signal}`);
      assert.deepEqual(counting({ signal, program, forked: true, parent: 40 }, quiet), ['died']);
    }
  }
  assert.deepEqual(counting({ signal: 11 }, [['kill -SEGV 100', 99]]), ['died']);
  assert.deepEqual(counting({ signal: 11 }, [['kill -SEGV 100', 99]], { typedCoreIsMeant: true }), []);
  assert.deepEqual(counting({ signal: 6 }, [['kill -SEGV 100', 99]], { typedCoreIsMeant: true }), []);
  assert.deepEqual(counting({ signal: 11 }, [['kill -TERM 100', 99]], { typedCoreIsMeant: true }), ['died']);
});

test('any other signal is a fault of a daemon, unless a command of its host sends it', () => {
  for (const program of slices.flatMap(({ processes }) => processes)) {
    for (const signal of [1, 2, 9, 13, 15]) {
      assert.deepEqual(counting({ program, signal }, quiet), ['died'], `${program} ${signal}`);
      assert.deepEqual(counting({ program, signal }, [[`kill -${signal} 100`, 99, 99]]), []);
      assert.deepEqual(counting({ program, signal }, [[`kill -${signal} 100`, 99, 99]], { at: 'east' }), ['died']);
      assert.deepEqual(counting({ program, signal }, [[`(sleep 50; kill -${signal} 100) &`, 50, 50]]), []);
    }
  }
  assert.deepEqual(counting({ signal: 9 }, [['kill 100', 99, 99]]), ['died']);
  assert.deepEqual(counting({ signal: 9 }, [['kill -9 100', 50, 51]]), ['died']);
  assert.deepEqual(counting({ signal: 13, program: 'seq' }, quiet), []);
  assert.deepEqual(counting({ signal: 9 }, quiet, { postMortem: 10 }), []);
});

test('a command that ends other programs by their names is no cause; one that ends a daemon may end another', () => {
  for (const signal of [0, 9, 15]) {
    const kind = signal === 0 ? 'daemon-ended' : 'died';
    for (const line of [
      'pkill tcpdump',
      "run 'pkill tcpdump; while pkill -0 tcpdump; do sleep 0.01; done'",
      'killall -9 radvd',
    ])
      assert.deepEqual(counting({ signal }, [[line, 99, 100]]), [kind], line);
  }
  assert.deepEqual(counting({ signal: 15 }, [['pkill charon', 99, 100]]), []);
  assert.deepEqual(counting({ signal: 15 }, [['pkill -f tcpdump', 99, 100]]), []);
});

test('a daemon that ends by itself is a fault, whatever its status', () => {
  for (const program of slices.flatMap(({ processes }) => processes)) {
    for (const status of [0, 1, 139]) assert.deepEqual(counting({ program, status }, quiet), ['daemon-ended']);
  }
  assert.deepEqual(counting({ program: 'sleep' }, quiet), []);
  assert.deepEqual(counting({}, quiet, { postMortem: 10 }), []);
});

test('a daemon that a command ends did not end by itself', () => {
  const ends = [
    'ipsec stop',
    'ipsec restart',
    'ipsec setup stop',
    'ipsec whack --shutdown',
    'killall pluto',
    'pkill -INT pluto',
    'kill $(cat /run/pluto/pluto.pid)',
    'systemctl stop ipsec',
    'systemctl restart strongswan',
    'service ipsec stop',
    'strongswan stop',
    'reboot',
    '(sleep 30; ipsec stop) &',
  ];
  for (const line of ends) assert.deepEqual(counting({}, [[line, 95, 96], ...quiet]), [], line);
  for (const line of ends) assert.deepEqual(counting({}, [[line, 95, 96]], { at: 'east' }), ['daemon-ended'], line);
  assert.deepEqual(counting({}, [['ipsec stop', 50, 51]]), ['daemon-ended']);
  assert.deepEqual(counting({}, [['(sleep 50; ipsec stop) &', 50, 50]]), []);
  assert.deepEqual(counting({}, [['ipsec status', 99]]), ['daemon-ended']);
});

test('a script of the test can ask a daemon to end in order, and excuses nothing else', () => {
  const script = (begin: number, end: number): Typed => [['LIMIT=20 ./scan.sh', begin, end]];
  assert.deepEqual(counting({}, script(95, 105)), []);
  assert.deepEqual(counting({}, script(50, 51)), ['daemon-ended']);
  assert.deepEqual(counting({}, script(95, 105), { at: 'east' }), ['daemon-ended']);
  assert.deepEqual(counting({ status: 1 }, script(95, 105)), ['daemon-ended']);
  for (const signal of [6, 9, 11, 15]) assert.deepEqual(counting({ signal }, script(95, 105)), ['died']);
});

test('what cannot start says so itself; what started and ends later is a fault', () => {
  assert.deepEqual(counting({ status: 1 }, [['ipsec start', 99]]), []);
  assert.deepEqual(counting({ status: 1 }, [['ipsec start', 98, 99]]), []);
  assert.deepEqual(counting({ status: 0 }, [['ipsec start', 98, 99]]), ['daemon-ended']);
  assert.deepEqual(counting({ status: 1 }, [['ipsec start', 96, 97]]), ['daemon-ended']);
});

test('a process that a daemon has for a task of its own is no daemon', () => {
  const child = { pid: 101, parent: 100, signal: 15 };
  assert.deepEqual(counting({ ...child, forked: true }, quiet), []);
  assert.deepEqual(counting(child, quiet, { others: [{ signal: 9 }] }), ['died']);
  assert.deepEqual(counting({ ...child, signal: 0 }, quiet, { others: [{ signal: 9 }] }), ['died']);
  assert.deepEqual(counting(child, quiet), ['died']);
  assert.deepEqual(counting({ forked: true }, quiet), ['daemon-ended']);
  assert.deepEqual(counting({ program: 'charon', parent: 50 }, quiet, { others: [{ program: 'starter', pid: 50 }] }), [
    'daemon-ended',
    'daemon-ended',
  ]);
});
