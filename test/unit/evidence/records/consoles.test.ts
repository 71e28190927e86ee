import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import {
  ConsoleAssembler,
  type ConsoleCommand,
  type ConsoleTranscript,
  consoles,
} from '../../../../src/evidence/records/consoles.ts';
import { FrameFeed } from '../../../../src/evidence/records/feed.ts';
import { readRecords } from '../../../../src/evidence/records/reader.ts';
import { labHost, recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords, type Frame, numbered } from '../../../../src/evidence/records/writer.ts';

const hosts = ['east', 'west'];
const host = fc.constantFrom(0, 1, 2, labHost);
const time = fc.bigInt({ min: 0n, max: 1000n });
const step = fc.constantFrom(0, 1, 0xffffffff);

/** Frames as a guest writes them, and some that it never would. */
const frames: fc.Arbitrary<Frame[]> = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant(recordType.output), host, time, payload: fc.uint8Array({ maxLength: 9 }) }),
    fc.record({ type: fc.constant(recordType.commandBegin), host, time, payload: step.map((at) => numbered(at, 'x')) }),
    fc.record({ type: fc.constant(recordType.commandEnd), host, time, payload: step.map((at) => numbered(at, '/')) }),
    fc.record({ type: fc.integer({ min: 0, max: 13 }), host, time, payload: fc.uint8Array({ maxLength: 3 }) }),
  ),
  { maxLength: 25 },
);

/** Consoles of a file whose bytes come in parts of these sizes. */
function assembled(bytes: Uint8Array, sizes: readonly number[]): ConsoleTranscript[] {
  const feed = new FrameFeed();
  const all = hosts.map(() => ({ assembler: new ConsoleAssembler(), commands: [] as ConsoleCommand[] }));
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    // A copy, so that nothing can lean on bytes that were not handed over yet.
    for (const record of feed.push(Uint8Array.from(bytes.subarray(at, at + size)))) {
      const console = all[record.host];
      const command = console?.assembler.take(record);
      if (command !== undefined) console?.commands.push(command);
    }
    at = Math.min(bytes.length, at + size);
  }
  return all.map(({ assembler, commands }, index) => {
    const { open, rest } = assembler.finish();
    return { host: hosts[index] ?? '', commands: open === undefined ? commands : [...commands, open], rest };
  });
}

test('a console is the same however the bytes of its file come', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 0, max: 50 })), (list, sizes) => {
      const bytes = encodeRecords(hosts, list);
      assert.deepEqual(assembled(bytes, sizes), consoles(readRecords(bytes)));
    }),
  );
});

test('nothing that a terminal received is lost or comes twice', () => {
  fc.assert(
    fc.property(frames, (list) => {
      const transcripts = consoles(readRecords(encodeRecords(hosts, list)));
      for (const [index, { commands, rest }] of transcripts.entries()) {
        const received = list.filter(({ type, host: from }) => type === recordType.output && from === index);
        const pieces = [...commands.flatMap((command) => command.pieces), ...rest];
        assert.deepEqual(
          pieces.map((piece) => [piece.time, [...piece.bytes]]),
          received.map((frame) => [frame.time, [...(frame.payload ?? [])]]),
        );
        for (const { pieces: own, output } of commands) {
          assert.deepEqual(
            [...output],
            own.flatMap(({ bytes }) => [...bytes]),
          );
        }
      }
    }),
  );
});

test('a command that begins before the one before it has ended leaves that one unfinished', () => {
  const begin = (at: number): Frame => ({
    type: recordType.commandBegin,
    host: 0,
    time: BigInt(at),
    payload: numbered(at, `line ${at}`),
  });
  const end: Frame = { type: recordType.commandEnd, host: 0, time: 9n, payload: numbered(2, '/tmp') };
  const [east] = consoles(readRecords(encodeRecords(hosts, [end, begin(1), begin(2), end, end])));
  assert.deepEqual(
    east?.commands.map(({ step: at, line, end: ended, status, cwd }) => [at, line, ended, status, cwd]),
    [
      [1, 'line 1', undefined, undefined, undefined],
      [2, 'line 2', 9n, 2, '/tmp'],
    ],
  );
});

test('a frame out of sequence stops the feed', () => {
  const bytes = encodeRecords(hosts, [{ type: recordType.labEnd, time: 1n }]);
  bytes[16 + 16] = 5;
  const refused = (error: unknown): boolean =>
    error instanceof EspalierError && error.fault === 'guest' && /frame 0 calls itself number 5/.test(error.message);
  assert.throws(() => new FrameFeed().push(bytes), refused);
});
