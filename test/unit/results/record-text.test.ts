import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { typeName } from '../../../src/evidence/records/decode.ts';
import { recordType } from '../../../src/evidence/records/record.ts';
import { numbered } from '../../../src/evidence/records/writer.ts';
import { differingLines, recordText } from '../../../src/results/record-text.ts';

const record = (type: number, payload: Uint8Array) => ({ type, host: 0, time: 0n, sequence: 0, payload });

test('frames say what they are in words', () => {
  assert.equal(recordText(record(recordType.commandBegin, numbered(0xffffffff, 'ip a'))), 'ip a');
  assert.equal(recordText(record(recordType.commandEnd, numbered(-1, '/tmp'))), 'exit status -1 in /tmp');
  assert.equal(recordText(record(recordType.output, Buffer.from('a\nb'))), 'a\nb');
  assert.equal(typeName(record(recordType.xfrmEvent, new Uint8Array())), 'xfrmEvent');
  assert.equal(typeName(record(999, new Uint8Array())), 'type 999');
});

test('what cannot be decoded is shown as digits', () => {
  assert.equal(recordText(record(recordType.xfrmStates, Uint8Array.of(1, 2, 3))), '010203');
  assert.equal(recordText(record(recordType.commandEnd, Uint8Array.of(1))), '01');
  assert.equal(recordText(record(999, new Uint8Array(33))), `${'00'.repeat(32)}\n00`);
});

test('any frame has a text', () => {
  const types = fc.integer({ min: 0, max: 13 });
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 300 }), (type, payload) => {
      assert.equal(typeof recordText(record(type, payload)), 'string');
    }),
  );
});

test('long texts are shown where they part', () => {
  const lines = (changed: string): string => ['1', '2', '3', '4', changed, '6', '7', '8'].join('\n');
  assert.deepEqual(differingLines(lines('5'), lines('five')), {
    one: ['…', '4', '5', '6'],
    other: ['…', '4', 'five', '6'],
  });
  assert.deepEqual(differingLines('a\nb', 'a'), { one: ['a', 'b'], other: ['a'] });
  assert.deepEqual(differingLines('1\n2\n3\n4', '1\n2\n3\n4'), { one: ['1', '2', '3'], other: ['1', '2', '3'] });
});
