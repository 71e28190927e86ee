import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleTranscript } from '../../../../../src/evidence/records/consoles.ts';
import type { Fault } from '../../../../../src/evidence/text/faults.ts';
import { faultLines, incidentOfLine } from '../../../../../src/judge/oracles/incidents/fault-lines.ts';

const faults: readonly Fault[] = [
  { kind: 'assertion-failed', message: 'it failed', holds: 'FAILED', line: /^FAILED/ },
  { kind: 'memory-leak', message: 'it leaked', holds: 'leaks', line: /leaks$/ },
];

/** A console on which one command printed pieces, each 1 ns after the one before. */
function console(host: string, line: string, ...pieces: readonly string[]): ConsoleTranscript {
  const all = pieces.map((text, at) => ({ time: BigInt(at + 11), bytes: Buffer.from(text) }));
  const output = Buffer.concat(all.map(({ bytes }) => bytes));
  return { host, commands: [{ step: 0, line, begin: 10n, end: 20n, status: 0, pieces: all, output }], rest: [] };
}

const log = (text: string, host = 'west', file = `files/${host}/var/log/a.log`) => ({
  host,
  file,
  bytes: Buffer.from(text),
});
const brief = (searched: Partial<Parameters<typeof faultLines>[0]>) =>
  faultLines({ logs: [], consoles: [], faults, ...searched }).map(({ kind, host, file, line, text, command, time }) => [
    kind,
    host,
    file ?? command?.line,
    line,
    text,
    time,
  ]);

test('every line of logs and consoles counts, with its place', () => {
  const logs = [log('x\nFAILED 1\nFAILED 2\n3 leaks\n'), log('FAILED 1\n', 'east')];
  assert.deepEqual(brief({ logs }), [
    ['assertion-failed', 'west', 'files/west/var/log/a.log', 2, 'FAILED 1', undefined],
    ['assertion-failed', 'west', 'files/west/var/log/a.log', 3, 'FAILED 2', undefined],
    ['memory-leak', 'west', 'files/west/var/log/a.log', 4, '3 leaks', undefined],
    ['assertion-failed', 'east', 'files/east/var/log/a.log', 1, 'FAILED 1', undefined],
  ]);
  assert.deepEqual(brief({ consoles: [console('west', 'run', 'x\n', 'FAI', 'LED\n')] }), [
    ['assertion-failed', 'west', 'run', 2, 'FAILED', 12n],
  ]);
  assert.deepEqual(brief({ consoles: [console('west', 'run')] }), []);
});

test('what a log and a console of one host have in common is one, with the time at which the daemon said it', () => {
  const logs = [log('FAILED 1\n')];
  const place = ['assertion-failed', 'west', 'files/west/var/log/a.log', 1, 'FAILED 1'];
  assert.deepEqual(brief({ logs, consoles: [console('west', 'daemon --up', 'FAILED 1\n')] }), [[...place, 11n]]);
  assert.deepEqual(brief({ logs, consoles: [console('west', 'cat /var/log/a.log', 'FAILED 1\n')] }), [
    [...place, undefined],
  ]);
  assert.equal(brief({ logs, consoles: [console('east', 'run', 'FAILED 1\n')] }).length, 2);
  assert.equal(brief({ logs, consoles: [console('west', 'run', 'FAILED 2\n')] }).length, 2);
  const twice = console('west', 'daemon --up', 'FAILED 1\n', 'FAILED 1\n');
  assert.deepEqual(brief({ logs, consoles: [twice] }), [[...place, 11n]]);
});

test('a command is one that reads the log if it names the log’s file, wherever that lies', () => {
  const time = (line: string, file = 'files/west/var/log/a.log') =>
    faultLines({ logs: [log('FAILED 1\n', 'west', file)], consoles: [console('west', line, 'FAILED 1\n')], faults })[0];
  assert.equal(time('cat a.log')?.time, undefined);
  assert.equal(time('cat ./a.log')?.command, undefined);
  assert.equal(time('cat b.log')?.command?.line, 'cat b.log');
  assert.equal(time('cat .log')?.time, 11n);
  assert.equal(time('cat a.log', 'a.log')?.time, undefined);
});

test('output without pieces came when its command was typed; one byte of output is output', () => {
  const one = console('west', 'run', 'FAILED\n');
  const bare = { ...one, commands: one.commands.map((command) => ({ ...command, pieces: [] })) };
  assert.equal(faultLines({ logs: [], consoles: [bare], faults })[0]?.time, 10n);
  const short = [{ ...(faults[0] as Fault), holds: 'F', line: /^F/ }];
  assert.equal(faultLines({ logs: [], consoles: [console('west', 'run', 'F')], faults: short }).length, 1);
});

test('an incident names its file and line, or the command; numbers do not tell causes apart', () => {
  const [logged] = faultLines({ logs: [log('FAILED 0x1f 22\n')], consoles: [], faults });
  assert.deepEqual(logged && incidentOfLine(logged), {
    kind: 'assertion-failed',
    host: 'west',
    file: 'files/west/var/log/a.log',
    line: 1,
    message: 'it failed',
    excerpt: 'FAILED 0x1f 22',
    cause: 'FAILED N N',
  });
  const [shown] = faultLines({ logs: [], consoles: [console('west', 'run', 'FAILED\n')], faults });
  assert.deepEqual(shown && incidentOfLine(shown), {
    kind: 'assertion-failed',
    host: 'west',
    time: 11n,
    command: 'run',
    message: 'it failed',
    excerpt: 'FAILED',
    cause: 'FAILED',
  });
});
