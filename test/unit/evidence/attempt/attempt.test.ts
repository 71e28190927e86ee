import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { projectDir } from '../../../../src/base/folders.ts';
import { Attempt } from '../../../../src/evidence/attempt/attempt.ts';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { readRecords } from '../../../../src/evidence/records/reader.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords } from '../../../../src/evidence/records/writer.ts';
import { storedSchema } from '../../../../src/model/stored-scenario.ts';

const frozen = join(projectDir, 'test/frozen/run/attempts/examples/psk/0');
const link = 'links/192_1_2.pcapng';

const bytesOf = (name: string): Uint8Array => readFileSync(join(frozen, name));

/** The frozen attempt, some of its files changed or gone, and how often each was read. */
function frozenAttempt(changes: Readonly<Record<string, Uint8Array | undefined>> = {}) {
  const reads = new Map<string, number>();
  const read = (name: string): Uint8Array | undefined => {
    reads.set(name, (reads.get(name) ?? 0) + 1);
    if (name in changes) return changes[name];
    return existsSync(join(frozen, name)) ? readFileSync(join(frozen, name)) : undefined;
  };
  const attempt = new Attempt({ read, names: () => [] }, () =>
    storedSchema.parse(JSON.parse(Buffer.from(read('scenario.json') ?? '').toString())),
  );
  return { attempt, reads };
}

const parts = [
  'scenario',
  'records',
  'consoles',
  'timeline',
  'commands',
  'frames',
  'protectedPackets',
  'damage',
  'evidence',
] as const;

test('whatever is asked for, and in whatever order, each file is read once and understood once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 20 }), (asked) => {
      const { attempt, reads } = frozenAttempt();
      for (const part of asked) assert.ok(attempt[part]);
      for (const part of asked) {
        if (part !== 'damage' && part !== 'evidence') assert.equal(attempt[part], attempt[part], part);
      }
      attempt.capture('192_1_2');
      assert.equal(attempt.capture('192_1_2'), attempt.capture('192_1_2'));
      assert.equal(attempt.read('records'), attempt.read('records'));
      assert.equal(attempt.read('no such file'), attempt.read('no such file'));
      for (const [name, count] of reads) assert.equal(count, 1, name);
    }),
    { numRuns: 30 },
  );
});

test('nothing is read before it is asked for', () => {
  const { attempt, reads } = frozenAttempt();
  assert.equal(reads.size, 0);
  assert.ok(attempt.consoles.length > 0);
  assert.deepEqual([...reads.keys()], ['records']);
});

test('an attempt holds the commands, the frames of all links in order, and the packets that its SAs open', () => {
  const { attempt } = frozenAttempt();
  const { evidence, scenario, records, consoles } = attempt;
  assert.deepEqual(attempt.damage, []);
  assert.deepEqual(records.hosts, scenario.hosts);
  const typed = scenario.steps.filter(({ kind }) => kind === 'command');
  assert.deepEqual(
    evidence.commands.map(({ host, line }) => [host, line]),
    typed.map(({ host, line }) => [host, line]),
  );
  assert.ok(
    consoles.every(({ commands }) => commands.at(-1)?.step === undefined),
    'a post-mortem ends each console',
  );
  assert.equal(records.records[evidence.end.sequence]?.type, recordType.postMortem);
  assert.deepEqual(
    new Set(evidence.frames.map(({ file }) => file)),
    new Set(scenario.links.map((one) => `links/${one}.pcapng`)),
  );
  const times = evidence.frames.map(({ time }) => time);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  assert.ok(evidence.frames.every(({ sender }) => sender !== undefined && scenario.hosts.includes(sender)));
  assert.ok(evidence.protectedPackets.some(({ word, inner }) => word === 'verified' && inner !== undefined));
});

test('the end is found by one walk, behind however many records', () => {
  const { hosts, records } = readRecords(bytesOf('records'));
  const [first] = records;
  assert.ok(first !== undefined);
  const many = Array.from({ length: 60_000 }, () => first);
  const { attempt } = frozenAttempt({ records: encodeRecords(hosts, [...many, ...records.slice(1, -1)]) });
  const { records: all } = attempt.records;
  const before = process.cpuUsage().user;
  assert.equal(all[attempt.end.sequence]?.type, recordType.postMortem);
  // Microseconds. A walk for each record took over half a minute.
  assert.ok(process.cpuUsage().user - before < 5_000_000);
});

test('frames of one time stay in the order in which their link had them, links in theirs', () => {
  const { attempt: whole } = frozenAttempt();
  const { links } = whole.scenario;
  const frame = (time: bigint, byte: number) => ({ time, frame: new Uint8Array(60).fill(byte) });
  const capture = (packets: readonly (readonly [bigint, number])[]): Uint8Array =>
    writeCapture({ links: [{ name: 'x', packets: packets.map(([time, byte]) => frame(time, byte)) }] });
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 20 }), { maxLength: links.length }), (captured) => {
      const changes = captured.map((steps, index): [string, Uint8Array] => {
        // A ring's times do not go back.
        const times = steps.map((_, at) => BigInt(steps.slice(0, at + 1).reduce((sum, one) => sum + (one >> 1), 0)));
        return [`links/${links[index]}.pcapng`, capture(times.map((time, at) => [time, at]))];
      });
      const none = links.map((link): [string, Uint8Array] => [`links/${link}.pcapng`, capture([])]);
      const { frames } = frozenAttempt(Object.fromEntries([...none, ...changes])).attempt;
      const order = frames.map(({ time, file, number }) => [Number(time), links.indexOf(file.slice(6, -7)), number]);
      const sorted = order.toSorted(([a = 0, b = 0, c = 0], [d = 0, e = 0, f = 0]) => a - d || b - e || c - f);
      assert.deepEqual(order, sorted);
    }),
    { numRuns: 50 },
  );
});

const withoutEnd = (): Uint8Array => {
  const { hosts, records } = readRecords(bytesOf('records'));
  return encodeRecords(hosts, records.slice(1, -1));
};
const corrupt = (): Uint8Array => {
  const bytes = Uint8Array.from(bytesOf('records'));
  bytes[16 + 16] = 7;
  return bytes;
};
const packet = { time: 1n, frame: new Uint8Array(60) };

/** `true`: a lab that was cut short may leave the file so. */
const damages: readonly (readonly [string, string, Uint8Array | undefined, RegExp, boolean])[] = [
  ['records are missing', 'records', undefined, /^is missing$/, true],
  ['records are torn', 'records', bytesOf('records').subarray(0, -3), /^at byte \d+: frame \d+ is cut short$/, true],
  ['records lack their end', 'records', withoutEnd(), /^the last frame is missing$/, true],
  ['records are out of sequence', 'records', corrupt(), /^at byte 16: frame 0 calls itself number 7$/, false],
  ['records are something else', 'records', Buffer.from('something else'), /no record file$/, false],
  ['a capture is missing', link, undefined, /^is missing$/, true],
  ['a capture is torn', link, bytesOf(link).subarray(0, -3), /^at byte \d+: the last block is cut short$/, true],
  ['a capture is something else', link, Buffer.from('something else'), /not pcapng$/, true],
  [
    'a frame of a capture was cut',
    link,
    writeCapture({ links: [{ name: 'x', packets: [packet, { ...packet, length: 1514 }] }] }),
    /^frame 2 was cut$/,
    true,
  ],
];
for (const [title, file, bytes, message, cutShort] of damages) {
  test(`damage is named where ${title}`, () => {
    const { attempt } = frozenAttempt({ [file]: bytes });
    const [damage, ...others] = attempt.damage;
    assert.deepEqual([damage?.file, damage?.cutShort, others], [file, cutShort, []]);
    assert.match(damage?.message ?? '', message);
    assert.ok(attempt.evidence.frames);
  });
}

test('a file that cannot be read, and a message of the kernel that is none, are raised each time', () => {
  const attempt = new Attempt(
    {
      read: () => {
        throw new EspalierError('infrastructure', 'no', { file: 'records' });
      },
      names: () => [],
    },
    () => frozenAttempt().attempt.scenario,
  );
  for (const _ of [1, 2]) assert.throws(() => attempt.records, EspalierError);
  const event = { type: recordType.xfrmEvent, host: 0, time: 1n, payload: Uint8Array.of(1, 2, 3) };
  const { attempt: strange } = frozenAttempt({ records: encodeRecords(['east', 'west'], [event]) });
  for (const _ of [1, 2]) assert.throws(() => strange.evidence, EspalierError);
  assert.equal(strange.consoles.length, 2);
});

test('a command says what the scenario says of its step: who typed it', () => {
  const stored = JSON.parse(readFileSync(join(frozen, 'scenario.json'), 'utf8')) as {
    steps: Record<string, unknown>[];
  };
  const [first] = frozenAttempt().attempt.commands;
  assert.equal(first?.by, undefined);
  for (const step of stored.steps) step['by'] = 'look';
  const { attempt } = frozenAttempt({ 'scenario.json': Buffer.from(JSON.stringify(stored)) });
  assert.ok(attempt.commands.length > 0 && attempt.commands.every(({ by }) => by === 'look'));
});

test('a stack in userspace is read from its log, and a log that is missing is damage', () => {
  const log = readFileSync(join(projectDir, 'test/unit/evidence/stacks/libipsec-6.1.0.log'));
  const stored = JSON.parse(readFileSync(join(frozen, 'scenario.json'), 'utf8')) as Record<string, unknown>;
  stored['stacks'] = [{ host: 'west', stack: 'libipsec', log: '/var/log/libipsec.log', process: 'charon' }];
  const scenario = { 'scenario.json': Buffer.from(JSON.stringify(stored)) };
  const file = 'files/west/var/log/libipsec.log';
  const spisOf = ({ timeline }: Attempt): number[] =>
    timeline.hosts
      .filter(({ host }) => host === 'west')
      .flatMap(({ sas }) => sas.map(({ versions: [first] }) => first?.value.spi ?? 0));
  const { attempt } = frozenAttempt({ ...scenario, [file]: log });
  assert.deepEqual(attempt.damage, []);
  assert.ok(spisOf(attempt).includes(0x8515f3a6));
  const { attempt: without } = frozenAttempt({ ...scenario, [file]: undefined });
  assert.deepEqual(
    without.damage.map((damage) => [damage.file, damage.cutShort]),
    [[file, false]],
  );
  assert.ok(!spisOf(without).includes(0x8515f3a6));
});
