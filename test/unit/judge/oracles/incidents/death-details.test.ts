import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Death } from '../../../../../src/evidence/attempt/deaths.ts';
import type { TypedCommand } from '../../../../../src/evidence/evidence.ts';
import { type DeathRules, deathIncidents } from '../../../../../src/judge/oracles/incidents/deaths.ts';

const second = 1_000_000_000n;

/** Typed at a second; `until`: its end, a second later unless told otherwise; undefined: it never ended. */
function typed(
  at: number,
  line: string,
  more: Pick<TypedCommand, 'by'> & { readonly host?: string; readonly until?: number | undefined } = {},
): TypedCommand {
  const { host = 'west', by, until } = { until: at + 1, ...more };
  return {
    host,
    line,
    ...(by && { by }),
    begin: BigInt(at) * second,
    ...(until !== undefined && { end: BigInt(until) * second }),
  };
}

const sleeping = typed(10, 'sleep 100', { until: 110 });

function death(change: Partial<Death> = {}): Death {
  const base = { host: 'west', program: 'pluto', pid: 7, parent: 1, signal: 9, status: 0, core: false, forked: false };
  return { ...base, time: 50n * second, sequence: 100, ...change };
}

interface Around {
  readonly commands?: readonly TypedCommand[];
  readonly foreign?: boolean;
  readonly postMortem?: number;
}

function judged(one: Death, { commands = [sleeping], foreign = false, postMortem = Infinity }: Around = {}) {
  const rules: DeathRules = {
    commands,
    postMortem,
    daemons: new Set(['pluto', 'iked']),
    endedBy: [/\bipsec stop\b/],
    startedBy: [/\bipsec start\b/],
    typedCoreIsMeant: foreign,
  };
  const [incident] = deathIncidents([one], rules);
  if (incident === undefined) return 'nothing';
  return incident.excuse ?? incident.kind;
}

const sent = 'a command sends this signal';
const job = typed(10, '( sleep 30; kill -KILL $(pidof pluto) ) &');
const segv = (change: Partial<Death> = {}) => death({ signal: 11, core: true, ...change });
const kill = (line: string, until?: number) => ({ commands: [typed(48, line, { until: until ?? 60 })] });

const cases: readonly (readonly [title: string, result: string, death: Death, around?: Around])[] = [
  [
    'a daemon that ends in order beside a script of the test',
    'a script of the test can have asked it',
    death({ signal: 0 }),
    { commands: [typed(48, './scan.sh', { until: 60 })] },
  ],
  ['a daemon that somebody killed', 'died', death()],
  ['a daemon that a command kills', sent, death(), kill('kill -KILL $(pidof pluto)')],
  ['a daemon whose like a check names', 'died', death(), { commands: [typed(48, 'kill -9 7', { by: 'look' })] }],
  [
    'a daemon whose like a check ends',
    'daemon-ended',
    death({ signal: 0 }),
    { commands: [typed(48, 'kill 7', { by: 'look' })] },
  ],
  [
    'a daemon that Espalier starts',
    'it ended while a command started it',
    death({ signal: 0, status: 1 }),
    { commands: [typed(49, 'ipsec start', { by: 'start' })] },
  ],
  [
    'a daemon whose start a check reads of',
    'daemon-ended',
    death({ signal: 0, status: 1 }),
    { commands: [typed(49, 'grep "ipsec start" f', { by: 'look' })] },
  ],
  ['a daemon that a command kills in another way', 'died', death(), kill('kill -TERM $(pidof pluto)')],
  [
    'a daemon that a command of another host would kill',
    'died',
    death(),
    { commands: [typed(48, 'kill -9 7', { host: 'east' })] },
  ],
  ['a daemon that a command kills later', 'died', death(), { commands: [typed(51, 'kill -9 7')] }],
  ['a daemon that a command killed whose prompt is back', sent, death(), kill('kill -9 7', 40)],
  ['a daemon that was killed a while after', 'died', death(), kill('kill -9 7', 39)],
  ['a daemon that a job kills', sent, death(), { commands: [job, sleeping] }],
  [
    'a daemon that a job would kill in another way',
    'died',
    death({ signal: 15 }),
    { commands: [typed(10, 'pkill -9 pluto &')] },
  ],
  [
    'a daemon that a command kills which never ended',
    sent,
    death(),
    { commands: [typed(2, 'kill -9 7', { until: undefined })] },
  ],
  ['a daemon that is told to stop', sent, death(), kill('ipsec stop')],
  ['a daemon of a service manager', sent, death({ signal: 6 + 4 }), kill('systemctl restart ipsec')],
  ['a daemon that the post-mortem ends', 'nothing', death(), { postMortem: 100 }],
  ['a daemon that ended before the post-mortem', 'died', death(), { postMortem: 101 }],
  ['any process', 'nothing', death({ program: 'ping' })],
  ['a process of a name that begins so', 'nothing', death({ program: 'plutonium' })],
  ['a child that the daemon forked', 'nothing', death({ forked: true, parent: 6 })],
  ['a daemon that forked into the background', 'died', death({ forked: true })],
  ['a child that the daemon started anew', 'died', death({ program: 'iked', parent: 6 })],
  ['a daemon that crashed', 'died', segv()],
  ['any process that crashed', 'died', segv({ program: 'ping' })],
  ['a child of a daemon that crashed', 'died', segv({ forked: true, parent: 6 })],
  ['a daemon that crashed without a core', 'died', segv({ core: false })],
  ['a daemon that crashed in the post-mortem', 'died', segv(), { postMortem: 100 }],
  ['a daemon that a command has crash, where that can be declared', 'died', segv(), kill('kill -SEGV 7')],
  ['the same where it cannot', sent, segv(), { ...kill('kill -SEGV 7'), foreign: true }],
  [
    'the same of a signal that the daemon turns into another',
    sent,
    segv({ signal: 6 }),
    { ...kill('kill -11 7'), foreign: true },
  ],
  ['a crash that the command did not name', 'died', segv(), { ...kill('kill -TERM 7'), foreign: true }],
  ['a crash while it is told to stop', 'died', segv(), { ...kill('ipsec stop'), foreign: true }],
  ['a crash in a suite that cannot declare', 'died', segv(), { foreign: true }],
  ['a daemon that ended by itself', 'daemon-ended', death({ signal: 0 })],
  ['one that failed', 'daemon-ended', death({ signal: 0, status: 1 })],
  ['one that a command asks to end', 'a command ends it', death({ signal: 0 }), kill('kill $(pidof pluto)')],
  ['one that a command stops', 'a command ends it', death({ signal: 0 }), kill('ipsec stop')],
  [
    'one while a command sends what it does not catch',
    'daemon-ended',
    death({ signal: 0, program: 'iked' }),
    { commands: [typed(2, 'kill -9 7'), typed(20, 'true')] },
  ],
  [
    'one that a command starts',
    'it ended while a command started it',
    death({ signal: 0, status: 1 }),
    kill('ipsec start'),
  ],
  [
    'one that a command started before',
    'daemon-ended',
    death({ signal: 0, status: 1 }),
    { commands: [typed(2, 'ipsec start'), sleeping] },
  ],
  ['one that ended in the post-mortem', 'nothing', death({ signal: 0 }), { postMortem: 3 }],
  ['another program that ended by itself', 'nothing', death({ signal: 0, program: 'sleep' })],
];

for (const [title, result, one, around] of cases) {
  test(`${title}: ${result}`, () => assert.equal(judged(one, around), result));
}

/** A child of pluto, and pluto's own end by a signal that no command sent. */
function childJudged(child: Partial<Death>, parent: Partial<Death>): string {
  const rules: DeathRules = {
    commands: [],
    postMortem: Infinity,
    daemons: new Set(['pluto', 'iked']),
    endedBy: [],
    startedBy: [],
    typedCoreIsMeant: false,
  };
  const deaths = [death({ pid: 8, parent: 7, sequence: 5, ...child }), death({ sequence: 9, ...parent })];
  return deathIncidents(deaths, rules)
    .map(({ message }) => /process (\d+)/.exec(message)?.[1])
    .join(' ');
}

test('a child that its daemon outlives is a helper, and no other', () => {
  assert.equal(childJudged({}, {}), '7');
  assert.equal(childJudged({}, { host: 'east' }), '8 7');
  assert.equal(childJudged({}, { pid: 6 }), '8 6');
  assert.equal(childJudged({}, { program: 'iked' }), '8 7');
  assert.equal(childJudged({}, { sequence: 4 }), '8 7');
  assert.equal(childJudged({}, { sequence: 5 }), '8 7');
  assert.equal(childJudged({ parent: 1 }, {}), '8 7');
  assert.equal(childJudged({ pid: 7 }, {}), '7');
});

test('signals by which a daemon is asked to end are HUP, INT, QUIT and TERM', () => {
  const ended = death({ signal: 0 });
  const results = Array.from({ length: 31 }, (_, number) => judged(ended, kill(`kill -${number + 1} 7`)));
  assert.deepEqual(
    results.flatMap((result, number) => (result === 'a command ends it' ? [number + 1] : [])),
    [1, 2, 3, 15],
  );
});

test('a command counts from its begin to a while behind its end', () => {
  const ns = 1n;
  const time = 50n * second;
  const command = (begin: bigint, end: bigint, line = 'kill -9 7') => ({ host: 'west', line, begin, end });
  const around = (...commands: readonly TypedCommand[]): Around => ({ commands });
  assert.equal(judged(death(), around(command(time, time))), sent);
  assert.equal(judged(death(), around(command(time + ns, time + ns))), 'died');
  assert.equal(judged(death(), around(command(time + ns, time + ns, 'kill -9 7 &'))), 'died');
  assert.equal(judged(death(), around(command(time, time, 'kill -9 7 &'))), sent);
  assert.equal(judged(death(), around(command(0n, time - 10n * second))), sent);
  assert.equal(judged(death(), around(command(0n, time - 10n * second - ns))), 'died');
  const failed = death({ signal: 0, status: 1 });
  const starting = 'it ended while a command started it';
  assert.equal(judged(failed, around(command(0n, time - second, 'ipsec start'))), starting);
  assert.equal(judged(failed, around(command(0n, time - second - ns, 'ipsec start'))), 'daemon-ended');
  assert.equal(judged(failed, around(command(time, time, 'ipsec start'))), starting);
  assert.equal(judged(failed, around(command(time + ns, time + ns, 'ipsec start'))), 'daemon-ended');
  const elsewhere = { ...command(0n, time, 'ipsec start'), host: 'east' };
  assert.equal(judged(failed, around(elsewhere)), 'daemon-ended');
  assert.equal(
    judged(segv(), { ...around(command(0n, time, 'true'), command(0n, time, 'kill -SEGV 7')), foreign: true }),
    sent,
  );
});

test('a death says who, how and when, and which command was at hand on any host', () => {
  const commands = [sleeping, typed(20, 'ping -c 9 192.0.2.1', { host: 'east', until: 60 }), typed(51, 'true')];
  const rules = {
    commands,
    postMortem: Infinity,
    daemons: new Set<string>(),
    endedBy: [],
    startedBy: [],
    typedCoreIsMeant: false,
  };
  assert.deepEqual(deathIncidents([segv()], rules), [
    {
      kind: 'died',
      host: 'west',
      time: 50n * second,
      command: 'ping -c 9 192.0.2.1',
      message: 'pluto (process 7) died of SIGSEGV, core dumped',
      cause: 'pluto 11',
    },
  ]);
  const [now] = deathIncidents([segv()], { ...rules, commands: [typed(50, 'true')] });
  assert.equal(now?.command, 'true');
  assert.equal('command' in (deathIncidents([segv()], { ...rules, commands: [] })[0] ?? {}), false);
  const messages = [
    segv({ core: false, forked: true, parent: 6, program: 'a' }),
    death({ signal: 0, status: 3, program: 'iked', forked: true }),
  ].map((one) => deathIncidents([one], { ...rules, commands: [], daemons: new Set(['iked']) })[0]);
  assert.deepEqual(
    messages.map((one) => one?.message),
    ['a (process 7) died of SIGSEGV', 'iked (process 7) ended by itself with status 3'],
  );
  assert.equal(messages[0]?.command, undefined);
});
