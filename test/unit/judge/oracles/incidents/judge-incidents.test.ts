import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTimesOfDeaths } from '../../../../../src/judge/oracles/incidents/find-incidents.ts';
import { causeOf, type Incident } from '../../../../../src/judge/oracles/incidents/incident.ts';
import { judgeIncidents } from '../../../../../src/judge/oracles/incidents/judge-incidents.ts';
import type { Tolerance } from '../../../../../src/model/tolerance.ts';

const start = 1_000_000_000n;

function incident(change: Partial<Incident> = {}): Incident {
  const base = { kind: 'died', host: 'west', message: 'pluto (process 7) died of SIGSEGV', cause: 'pluto 11' } as const;
  return { ...base, time: 3_000_000_000n, ...change };
}

const judged = (incidents: readonly Incident[], tolerances: readonly Tolerance[] = []) =>
  judgeIncidents(incidents, { tolerances, start });
const untimed = ({ time: _, ...rest }: Incident): Incident => rest;

test('an incident is an issue with its time since the first command', () => {
  const { issues, tolerated, incidents } = judged([incident({ command: 'ping' })]);
  const message = 'pluto (process 7) died of SIGSEGV, at +2.000000 s';
  assert.deepEqual(issues, [{ kind: 'died', word: 'crash', host: 'west', command: 'ping', message }]);
  assert.deepEqual(tolerated, []);
  assert.deepEqual(incidents, [incident({ command: 'ping' })]);
  assert.equal(
    judged([incident({ time: 500_000n })]).issues[0]?.message,
    'pluto (process 7) died of SIGSEGV, at -0.999500 s',
  );
  assert.equal(
    judged([incident({ time: start })]).issues[0]?.message,
    'pluto (process 7) died of SIGSEGV, at +0.000000 s',
  );
  assert.equal(judged([untimed(incident())]).issues[0]?.message, 'pluto (process 7) died of SIGSEGV');
});

test('incidents stand in the order of time, of one time as they came, and those without one behind', () => {
  const times = [5n, undefined, 3n, 9n, 3n, undefined, 1n];
  const all = times.map((time, index) => ({
    ...untimed(incident({ cause: String(index) })),
    ...(time !== undefined && { time }),
  }));
  assert.deepEqual(
    judged(all).incidents.map(({ cause }) => cause),
    ['6', '2', '4', '0', '3', '1', '5'],
  );
});

test('file, line and excerpt come along; what has no host has none', () => {
  const place = { file: 'kernel.log', line: 4, excerpt: 'BUG: x' };
  const { host: _, ...kernel } = untimed(incident({ kind: 'kernel-fault', ...place }));
  assert.deepEqual(judged([kernel]).issues, [
    { kind: 'kernel-fault', word: 'crash', ...place, message: 'pluto (process 7) died of SIGSEGV' },
  ]);
});

test('an expectation is major, a leak of memory minor', () => {
  const words = (['expectation-failed', 'memory-leak'] as const).map(
    (kind) => judged([incident({ kind })]).issues[0]?.word,
  );
  assert.deepEqual(words, ['major', 'minor']);
});

test('what has an excuse is no issue, and is shown', () => {
  const { issues, tolerated, incidents } = judged([incident({ excuse: 'a command' })], [{ what: 'died', why: 'x' }]);
  assert.deepEqual([issues, tolerated, incidents], [[], [], [incident({ excuse: 'a command' })]]);
});

test('those of one cause are one issue of the first, of each host', () => {
  const later = incident({ time: 4_000_000_000n, message: 'pluto (process 8) died of SIGSEGV' });
  const { issues, incidents } = judged([later, untimed(incident()), incident(), incident({ host: 'east' })]);
  assert.deepEqual(
    issues.map(({ host, message }) => [host, message]),
    [
      ['west', 'pluto (process 7) died of SIGSEGV, at +2.000000 s; 2 more like it'],
      ['east', 'pluto (process 7) died of SIGSEGV, at +2.000000 s'],
    ],
  );
  assert.deepEqual(incidents, [incident(), incident({ host: 'east' }), later, untimed(incident())]);
});

test('those of one cause are apart where their kinds are, or one of them is tolerated', () => {
  const other = incident({ message: 'pluto (process 8) died of SIGSEGV' });
  assert.equal(judged([incident(), incident({ kind: 'memory-error' })]).issues.length, 2);
  const { issues, tolerated } = judged([incident(), other], [{ what: 'died', why: 'x', text: 'process 8' }]);
  assert.deepEqual([issues.length, tolerated.length], [1, 1]);
  const both: readonly Tolerance[] = [
    { what: 'died', why: 'first', text: 'process 8' },
    { what: 'died', why: 'second' },
  ];
  assert.deepEqual(
    judged([incident(), other], both).tolerated.map(({ why }) => why),
    ['second', 'first'],
  );
});

test('of one kind and host five are told', () => {
  const many = Array.from({ length: 7 }, (_, at) => incident({ cause: `pluto ${at}` }));
  assert.equal(judged([...many, incident({ host: 'east' }), incident({ kind: 'memory-error' })]).issues.length, 7);
  assert.equal(judged(many, [{ what: 'died', why: 'x' }]).tolerated.length, 5);
});

const line = incident({ kind: 'expectation-failed', message: 'it failed', excerpt: 'EXPECTATION FAILED: x == y' });
const tolerances: readonly (readonly [title: string, tolerance: Tolerance, holds: boolean])[] = [
  ['the kind', { what: 'expectation-failed', why: 'x' }, true],
  ['another kind', { what: 'assertion-failed', why: 'x' }, false],
  ['the host', { what: 'expectation-failed', why: 'x', host: 'west' }, true],
  ['another host', { what: 'expectation-failed', why: 'x', host: 'east' }, false],
  ['a part of the line', { what: 'expectation-failed', why: 'x', text: 'x == y' }, true],
  ['a part of the message', { what: 'expectation-failed', why: 'x', text: 'it f' }, true],
  ['another text', { what: 'expectation-failed', why: 'x', text: 'x == z' }, false],
  ['the host and another text', { what: 'expectation-failed', why: 'x', host: 'west', text: 'z' }, false],
];

for (const [title, tolerance, holds] of tolerances) {
  test(`a tolerance that names ${title} ${holds ? 'covers' : 'does not cover'} an incident`, () => {
    const { issues, tolerated, incidents } = judged([line], [{ what: 'died', why: 'not this' }, tolerance]);
    assert.equal(issues.length, holds ? 0 : 1);
    assert.deepEqual(
      tolerated.map(({ kind, why }) => [kind, why]),
      holds ? [['expectation-failed', 'x']] : [],
    );
    assert.equal(incidents[0]?.tolerated, holds ? 'x' : undefined);
  });
}

test('a tolerance covers no more than it says: others of the kind count', () => {
  const other = incident({ ...line, excerpt: 'EXPECTATION FAILED: z', cause: 'z' });
  const { issues, tolerated } = judged([line, other], [{ what: 'expectation-failed', why: 'x', text: 'x == y' }]);
  assert.deepEqual(
    [issues.map(({ excerpt }) => excerpt), tolerated.map(({ excerpt }) => excerpt)],
    [['EXPECTATION FAILED: z'], ['EXPECTATION FAILED: x == y']],
  );
});

test('a log without times has the time of the death that it tells of, where one process of the host died', () => {
  const assertion = untimed(incident({ kind: 'assertion-failed', cause: 'a' }));
  const timesOf = (incidents: readonly Incident[]) => withTimesOfDeaths(incidents).map(({ time }) => time);
  assert.deepEqual(withTimesOfDeaths([assertion, incident()]), [{ ...assertion, time: 3_000_000_000n }, incident()]);
  assert.deepEqual(timesOf([{ ...assertion, kind: 'daemon-fatal' }, incident()])[0], 3_000_000_000n);
  assert.deepEqual(timesOf([{ ...assertion, kind: 'expectation-failed' }, incident()])[0], undefined);
  assert.deepEqual(timesOf([assertion, incident({ host: 'east' })])[0], undefined);
  assert.deepEqual(timesOf([assertion, incident(), incident()])[0], undefined);
  assert.deepEqual(timesOf([assertion, incident({ kind: 'memory-error' })])[0], undefined);
  assert.deepEqual(timesOf([{ ...assertion, time: 1n }, incident()])[0], 1n);
});

test('numbers and addresses do not tell causes apart', () => {
  assert.equal(causeOf('x+0x3cc/0x5aa at 12.5, 0xg'), 'x+N/N at N.N, Nxg');
});
