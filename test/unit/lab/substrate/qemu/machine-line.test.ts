import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { recordType } from '../../../../../src/evidence/records/record.ts';
import { encodeFrame, recordsHeader } from '../../../../../src/evidence/records/writer.ts';
import { LabClock } from '../../../../../src/lab/substrate/qemu/lab-clock.ts';
import { MachineLine } from '../../../../../src/lab/substrate/qemu/machine-line.ts';

function sent(kind: number, body: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(kind, 0);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

test('a machine’s farewell is answered behind all that it said', () => {
  const answers: Buffer[] = [];
  const socket = { write: (bytes: Buffer) => answers.push(bytes) } as unknown as Socket;
  const order: string[] = [];
  const line = new MachineLine(new Uint8Array(), new LabClock(0n), {
    record: ({ type }) => order.push(`record ${type} before ${answers.length} answers`),
    fileName: (name) => order.push(name),
    fileBytes: () => {},
    progress: () => {},
  });
  const end = encodeFrame({ host: 0, type: recordType.labEnd, time: 0n, payload: new Uint8Array() }, 0);
  const bytes = Buffer.concat([sent(3, Buffer.from('file')), sent(1, Buffer.concat([recordsHeader(), end])), sent(7)]);
  for (const part of [bytes.subarray(0, 30), bytes.subarray(30, -1)]) line.push(socket, part);
  assert.equal(answers.length, 0);
  line.push(socket, bytes.subarray(-1));
  assert.deepEqual(answers, [Buffer.from('ffffffff00000000', 'hex')]);
  assert.deepEqual(order, ['file', `record ${recordType.labEnd} before 0 answers`]);
  assert.equal(line.hasEnded, true);
});
