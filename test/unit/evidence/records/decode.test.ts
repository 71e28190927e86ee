import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Decoded, decode, postMortemStep, typeName } from '../../../../src/evidence/records/decode.ts';
import { type LabRecord, lastFrame, recordType } from '../../../../src/evidence/records/record.ts';
import { encodeFrame, numbered } from '../../../../src/evidence/records/writer.ts';

const record = (type: number, payload: Uint8Array): LabRecord => ({ type, host: 0, time: 0n, sequence: 0, payload });
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const bytes = Uint8Array.of(1, 2, 3);
const none = new Uint8Array();

const cases: readonly (readonly [keyof typeof recordType, Uint8Array, Decoded])[] = [
  ['hosts', text('east\nwest'), { type: 'hosts', hosts: ['east', 'west'] }],
  ['commandBegin', numbered(7, 'ip a'), { type: 'commandBegin', step: 7, line: 'ip a' }],
  ['commandBegin', numbered(0, ''), { type: 'commandBegin', step: 0, line: '' }],
  ['commandBegin', numbered(2 ** 31, 'x'), { type: 'commandBegin', step: 2 ** 31, line: 'x' }],
  ['commandBegin', numbered(postMortemStep, 'x'), { type: 'commandBegin', step: undefined, line: 'x' }],
  ['output', bytes, { type: 'output', bytes }],
  ['output', none, { type: 'output', bytes: none }],
  ['commandEnd', numbered(-1, '/tmp'), { type: 'commandEnd', status: -1, cwd: '/tmp' }],
  ['commandEnd', numbered(127, ''), { type: 'commandEnd', status: 127, cwd: '' }],
  ['xfrmEvent', bytes, { type: 'xfrmEvent', messages: bytes }],
  ['xfrmStates', none, { type: 'xfrmStates', messages: none }],
  ['xfrmPolicies', bytes, { type: 'xfrmPolicies', messages: bytes }],
  ['trouble', text('timeout of 30 s'), { type: 'trouble', word: 'timeout', text: 'timeout of 30 s' }],
  ['trouble', text('note'), { type: 'trouble', word: 'note', text: 'note' }],
  ['trouble', text('notes 1'), { type: 'trouble', word: undefined, text: 'notes 1' }],
  ['trouble', none, { type: 'trouble', word: undefined, text: '' }],
  ['stepEnd', numbered(3, ''), { type: 'stepEnd', order: 3 }],
  ['labEnd', none, { type: 'labEnd' }],
  ['postMortem', Uint8Array.of(1), { type: 'postMortem', begins: true }],
  ['postMortem', Uint8Array.of(0), { type: 'postMortem', begins: false }],
  ['trouble', text('lost frames 3'), { type: 'trouble', word: 'lost', text: 'lost frames 3' }],
  [
    'death',
    Uint8Array.of(7, 0, 0, 0, 1, 0, 0, 0, 0x8b, 0, 0, 0, 0x19, 0, 0, 0, 0x69, 0x6b, 0x65, 0x64),
    { type: 'death', pid: 7, parent: 1, signal: 11, status: 0, core: true, forked: true, program: 'iked' },
  ],
  ['clockSet', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255), { type: 'clockSet', offset: -1n }],
  ['books', text('link wan captured=3\n'), { type: 'books', lines: ['link wan captured=3'] }],
  [
    'fault',
    Uint8Array.of(2, 1, 0, 0, 18, 3, 0, 0, 9, 8),
    { type: 'fault', rule: 258, fate: 'spoiled', link: 3, frame: Uint8Array.of(9, 8) },
  ],
  ['uptime', Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0), { type: 'uptime', uptime: 256n }],
  ['lateness', Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0), { type: 'lateness', lateness: 512n }],
  ['listing', text('ip -s xfrm state\n'), { type: 'listing', text: 'ip -s xfrm state\n' }],
];
test('an event with its time has the message behind it, and no time where it is cut short', () => {
  const payload = Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0, 9, 9);
  const made = { type: 'xfrmEvent', made: 512n, messages: Uint8Array.of(9, 9) };
  assert.deepEqual(decode(record(recordType.xfrmEventMade, payload)), made);
  assert.deepEqual(decode(record(recordType.xfrmEventMade, payload.subarray(1, 8))), { type: 'unknown' });
});

for (const [index, [type, payload, expected]] of cases.entries()) {
  test(`frame ${index} of the table, ${type}, says what was written`, () => {
    assert.deepEqual(decode(record(recordType[type], payload)), expected);
    assert.equal(typeName(record(recordType[type], payload)), type);
  });
}

test('every type of frame is in the table', () => {
  const apart = 'xfrmEventMade';
  assert.deepEqual(new Set<string>([...cases.map(([type]) => type), apart]), new Set(Object.keys(recordType)));
});

test('a payload that is too short for its type, and a type of a later version, say nothing', () => {
  const shortest: Partial<Record<keyof typeof recordType, number>> = {
    commandBegin: 4,
    commandEnd: 4,
    stepEnd: 4,
    postMortem: 1,
    xfrmEventMade: 8,
    death: 16,
    clockSet: 8,
    uptime: 8,
    fault: 8,
    lateness: 8,
  };
  const smallest: Partial<Record<string, Uint8Array>> = { fault: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0) };
  for (const [name, type] of Object.entries(recordType)) {
    const needed = shortest[name as keyof typeof recordType] ?? 0;
    for (let length = 0; length < needed; length += 1) {
      assert.deepEqual(decode(record(type, new Uint8Array(length))), { type: 'unknown' }, `${name} of ${length}`);
    }
    const payload = smallest[name] ?? new Uint8Array(needed);
    assert.equal(decode(record(type, payload)).type, name.replace('Made', ''));
  }
  assert.deepEqual(decode(record(recordType.fault, Uint8Array.of(0, 0, 0, 0, 99, 0, 0, 0))), { type: 'unknown' });
  assert.deepEqual(decode(record(999, bytes)), { type: 'unknown' });
  assert.equal(typeName(record(999, bytes)), 'type 999');
});

test('text that is not UTF-8 does not stop the decoder', () => {
  const line = Uint8Array.of(0, 0, 0, 0, 0xff, 0x61);
  assert.deepEqual(decode(record(recordType.commandBegin, line)), { type: 'commandBegin', step: 0, line: '\ufffda' });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 18 }), fc.uint8Array({ maxLength: 20 }), (type, payload) => {
      decode(record(type, payload));
    }),
  );
});

test('the last frame of a file is found from its end where it has the size asked for', () => {
  const frame = { type: recordType.stepEnd, time: 5n, payload: numbered(9, '') };
  const file = Buffer.concat([Buffer.from('whatever'), encodeFrame(frame, 17)]);
  const last = lastFrame(file, 4);
  assert.deepEqual(last && [last.sequence, decode(last)], [17, { type: 'stepEnd', order: 9 }]);
  assert.equal(lastFrame(file, 3), undefined);
  assert.equal(lastFrame(file.subarray(0, -1), 4), undefined);
  assert.equal(lastFrame(file.subarray(-10), 4), undefined);
});
