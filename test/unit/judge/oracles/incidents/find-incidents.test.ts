import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Attempt } from '../../../../../src/evidence/attempt/attempt.ts';
import { type LabRecord, labHost, recordType } from '../../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../../../src/evidence/records/writer.ts';
import { findFaultLines, findIncidents } from '../../../../../src/judge/oracles/incidents/find-incidents.ts';
import type { StoredScenario } from '../../../../../src/model/stored-scenario.ts';

const hosts = ['west', 'east'];
const second = 1_000_000_000n;
const at = (seconds: number): bigint => BigInt(seconds) * second;

const typed = (seconds: number, host: number, line: string, step = 0): Frame[] => [
  { type: recordType.commandBegin, host, time: at(seconds), payload: numbered(step, line) },
  { type: recordType.commandEnd, host, time: at(seconds + 1), payload: numbered(0, '/') },
];

function death(seconds: number, signal: number, program = 'pluto'): Frame {
  const head = Buffer.alloc(16);
  for (const [index, value] of [7, 1, signal, 0].entries()) head.writeUInt32LE(value, 4 * index);
  return { type: recordType.death, host: 0, time: at(seconds), payload: Buffer.concat([head, Buffer.from(program)]) };
}

function uptime(seconds: number, boot: number): Frame {
  const payload = Buffer.alloc(8);
  payload.writeBigUInt64LE(at(seconds - boot));
  return { type: recordType.uptime, host: labHost, time: at(seconds), payload };
}

interface Left {
  readonly frames?: readonly Frame[];
  readonly files?: Readonly<Record<string, string>>;
  /** The scenario can declare faults. */
  readonly declares?: boolean;
}

function attempt({ frames = [], files = {}, declares = false }: Left): Attempt {
  const all: Readonly<Record<string, Uint8Array>> = {
    records: encodeRecords(hosts, [...frames]),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
  };
  const scenario = {
    hosts,
    links: [],
    nics: [],
    steps: [],
    ...(declares && { tolerates: [] }),
  } as unknown as StoredScenario;
  return new Attempt(
    { read: (name) => all[name], names: () => [...Object.keys(all), 'files/west/gone'] },
    () => scenario,
  );
}

const found = (left: Left) =>
  findIncidents(attempt(left)).map(({ kind, host, time, command, excuse }) => [
    kind,
    host,
    time === undefined ? undefined : Number(time / 1_000_000n) / 1000,
    command,
    excuse,
  ]);

const sent = 'a command sends this signal';

test('a death is judged by what was typed before it, and by what slices know of their daemons', () => {
  assert.deepEqual(found({ frames: [...typed(1, 0, 'ping'), death(20, 9)] }), [
    ['died', 'west', 20, 'ping', undefined],
  ]);
  assert.deepEqual(found({ frames: [...typed(1, 0, 'kill -9 7'), death(3, 9)] }), [
    ['died', 'west', 3, 'kill -9 7', sent],
  ]);
  assert.deepEqual(found({ frames: [...typed(1, 0, 'kill -9 7'), death(20, 9)] }), [
    ['died', 'west', 20, 'kill -9 7', undefined],
  ]);
  assert.deepEqual(found({ frames: [...typed(1, 0, 'ipsec stop'), death(2, 9)] })[0]?.[4], sent);
  assert.deepEqual(found({ frames: [death(2, 9, 'ping')] }), []);
  const started = death(2, 0x100);
  assert.deepEqual(
    found({ frames: [...typed(1, 0, 'ipsec start'), started] })[0]?.[4],
    'it ended while a command started it',
  );
  assert.deepEqual(found({ frames: [...typed(1, 0, 'ping'), started] })[0]?.[4], undefined);
});

test('commands of all hosts stand in the order of time; those of the post-mortem are no cause', () => {
  const frames = [...typed(5, 1, 'late'), ...typed(3, 0, 'soon'), ...typed(4, 1, 'kill -9 7'), death(9, 9)];
  assert.deepEqual(found({ frames }), [['died', 'west', 9, 'late', undefined]]);
  const open: Frame = { type: recordType.commandBegin, host: 0, time: at(1), payload: numbered(0, 'kill -9 7') };
  assert.deepEqual(found({ frames: [open, death(90, 9)] })[0]?.[4], sent);
  assert.deepEqual(found({ frames: [...typed(1, 0, 'kill -9 7', 0xffffffff), death(2, 9)] }), [
    ['died', 'west', 2, undefined, undefined],
  ]);
});

test('behind the post-mortem’s begin only a signal that dumps core counts', () => {
  const begins: Frame = { type: recordType.postMortem, host: 0, time: at(2), payload: Uint8Array.of(1) };
  assert.deepEqual(found({ frames: [begins, death(3, 9), death(4, 11)] }), [['died', 'west', 4, undefined, undefined]]);
});

test('a core signal that a command names is meant where it cannot be declared', () => {
  const frames = [...typed(1, 0, 'kill -SEGV 7'), death(2, 11)];
  assert.deepEqual(found({ frames })[0]?.[4], sent);
  assert.deepEqual(found({ frames, declares: true })[0]?.[4], undefined);
});

test('a report of the kernel has the time and the command by the record of the kernel’s own time', () => {
  const files = { 'kernel.log': '[    3.500001] BUG: x\n' };
  const frames = [...typed(11, 1, 'first'), ...typed(12, 0, 'second')];
  assert.deepEqual(found({ files, frames }), [['kernel-fault', undefined, undefined, undefined, undefined]]);
  assert.deepEqual(found({ files, frames: [uptime(10, 8), ...frames] }), [
    ['kernel-fault', 'east', 11.5, 'first', undefined],
  ]);
  assert.deepEqual(found({ frames }), []);
});

test('collected files and consoles are searched for faults of every daemon and of any program', () => {
  const output: LabRecord | Frame = {
    type: recordType.output,
    host: 1,
    time: at(2),
    payload: Buffer.from('free(): invalid pointer\n'),
  };
  const [begin, end] = typed(1, 1, 'run') as [Frame, Frame];
  const files = {
    'files/west/var/log/a.log': 'EXPECTATION FAILED: x\n',
    'files/shared/east.log': '00[DMN] killing ourself, received critical signal\n',
    'files/nobody/a.log': 'EXPECTATION FAILED: x\n',
    'derived/west/a.log': 'EXPECTATION FAILED: x\n',
    'files/west/iked.log': 'lost child: ikev2 terminated; signal 11\n',
  };
  const lines = findFaultLines(attempt({ files, frames: [begin, output as Frame, end] }));
  assert.deepEqual(
    lines.map(({ kind, host, file, command }) => [kind, host, file ?? command?.line]),
    [
      ['expectation-failed', 'west', 'files/west/var/log/a.log'],
      ['daemon-fatal', 'east', 'files/shared/east.log'],
      ['daemon-fatal', 'west', 'files/west/iked.log'],
      ['memory-error', 'east', 'run'],
    ],
  );
});
