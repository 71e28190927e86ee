import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { consoles } from '../../../../src/evidence/records/consoles.ts';
import { fileHeaderSize, readRecords } from '../../../../src/evidence/records/reader.ts';
import { mostFrames, recordType } from '../../../../src/evidence/records/record.ts';
import {
  concat,
  encodeFrame,
  encodeRecords,
  type Frame,
  numbered,
  recordsHeader,
} from '../../../../src/evidence/records/writer.ts';

const frames: fc.Arbitrary<Frame[]> = fc.array(
  fc.record({
    type: fc.integer({ min: 1, max: 20 }),
    host: fc.integer({ min: 0, max: 3 }),
    time: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 12 },
);
const hosts = ['east', 'west'];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('records read back as they were written', () => {
  fc.assert(
    fc.property(frames, (list) => {
      const file = readRecords(encodeRecords(hosts, list));
      assert.equal(file.damage, undefined);
      assert.deepEqual(file.hosts, hosts);
      const read = file.records.slice(1).map(({ type, host, time, payload }) => ({ type, host, time, payload }));
      assert.deepEqual(
        read.map((one) => ({ ...one, payload: [...one.payload] })),
        list.map((one) => ({ ...one, payload: [...(one.payload ?? [])] })),
      );
    }),
  );
});

test('a file cut anywhere gives its whole frames and says that it is torn', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (list, at) => {
      const whole = encodeRecords(hosts, list);
      const cut = whole.subarray(0, at % whole.length);
      const file = readRecords(cut);
      const all = readRecords(whole).records;
      assert.deepEqual(
        file.records.map(({ sequence }) => sequence),
        all.slice(0, file.records.length).map(({ sequence }) => sequence),
      );
      if (file.damage === undefined) assert.ok(file.records.length < all.length);
      else assert.equal(file.damage.kind, 'torn');
    }),
  );
});

test('no bytes make the reader or the sorting throw', () => {
  fc.assert(
    fc.property(frames, fc.uint8Array({ maxLength: 300 }), fc.nat(), (list, noise, at) => {
      const whole = encodeRecords(hosts, list);
      const start = at % whole.length;
      for (const bytes of [noise, concat([whole.subarray(0, start), noise, whole.subarray(start)])]) {
        consoles(readRecords(bytes));
      }
    }),
  );
});

test('a frame out of sequence and another version are told apart from a torn tail', () => {
  const bytes = encodeRecords(hosts, [{ type: recordType.labEnd, time: 1n }]);
  const swapped = Uint8Array.from(bytes);
  swapped[16 + 16] = 5;
  assert.equal(readRecords(swapped).damage?.kind, 'corrupt');
  const newer = Uint8Array.from(bytes);
  newer[8] = 9;
  assert.equal(readRecords(newer).damage?.kind, 'foreign');
  assert.equal(readRecords(new TextEncoder().encode('something else')).damage?.kind, 'foreign');
});

test('what a background job says between two commands belongs to the later one of its own host', () => {
  const say = (host: number, words: string): Frame => ({
    type: recordType.output,
    host,
    time: 5n,
    payload: new TextEncoder().encode(words),
  });
  const file = readRecords(
    encodeRecords(hosts, [
      { type: recordType.commandBegin, host: 0, time: 1n, payload: numbered(0, 'sleep 1 &') },
      say(0, '[1] 7\n'),
      { type: recordType.commandEnd, host: 0, time: 2n, payload: numbered(0, '/tmp') },
      say(0, 'late\n'),
      { type: recordType.commandBegin, host: 1, time: 3n, payload: numbered(1, 'true') },
      { type: recordType.commandEnd, host: 1, time: 4n, payload: numbered(3, '/tmp') },
      { type: recordType.commandBegin, host: 0, time: 6n, payload: numbered(2, 'hang') },
      say(0, 'partly'),
    ]),
  );
  const [east, west] = consoles(file);
  assert.deepEqual(
    east?.commands.map(({ line, step, status, end, output }) => ({ line, step, status, end, output: text(output) })),
    [
      { line: 'sleep 1 &', step: 0, status: 0, end: 2n, output: '[1] 7\n' },
      { line: 'hang', step: 2, status: undefined, end: undefined, output: 'late\npartly' },
    ],
  );
  assert.deepEqual(
    west?.commands.map(({ status, cwd }) => ({ status, cwd })),
    [{ status: 3, cwd: '/tmp' }],
  );
});

test('empty frames without end are damage, not memory', () => {
  const frame = encodeFrame({ type: recordType.output, host: 0, time: 0n }, 0);
  const bytes = new Uint8Array(fileHeaderSize + (mostFrames + 10) * frame.length);
  bytes.set(recordsHeader());
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < mostFrames + 10; at += 1) {
    bytes.set(frame, fileHeaderSize + at * frame.length);
    view.setUint32(fileHeaderSize + at * frame.length + 16, at, true);
  }
  const { records, damage } = readRecords(bytes);
  assert.equal(records.length, mostFrames);
  assert.deepEqual([damage?.kind, damage?.message], ['corrupt', 'there are more than 250000 frames']);
});
