import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EspalierError } from '../../../../../src/base/errors.ts';
import { readRecords } from '../../../../../src/evidence/records/reader.ts';
import { recordType } from '../../../../../src/evidence/records/record.ts';
import { encodeRecords } from '../../../../../src/evidence/records/writer.ts';
import { MachineRecords, RecordMerger } from '../../../../../src/lab/substrate/qemu/merge.ts';
import { EvidenceWriter } from '../../../../../src/lab/substrate/qemu/quota.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('streams of machines become one, in the order of time, without what each says of itself', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-merge-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'records');
  const merger = new RecordMerger(path, new EvidenceWriter(), { hosts: ['east', 'west'], now: 100n });
  merger.add(1, { type: recordType.output, time: 130n, payload: bytes('late') });
  merger.add(0, { type: recordType.output, time: 120n, payload: bytes('early') });
  merger.add(0, { type: recordType.hosts, time: 100n, payload: bytes('east') });
  merger.add(0, { type: recordType.labEnd, time: 131n, payload: bytes('') });
  merger.flush();
  merger.add(0, { type: recordType.output, time: 140n, payload: bytes('next') });
  merger.flush();
  merger.say(recordType.labEnd, 150n);
  const file = readRecords(readFileSync(path));
  assert.equal(file.complete, true);
  assert.deepEqual(file.hosts, ['east', 'west']);
  const said = file.records.filter(({ type }) => type === recordType.output);
  assert.deepEqual(
    said.map(({ host, time, payload }) => [host, time, Buffer.from(payload).toString()]),
    [
      [0, 120n, 'early'],
      [1, 130n, 'late'],
      [0, 140n, 'next'],
    ],
  );
});

test('a lab says again by how much its records are late only where it is more', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-merge-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'records');
  const merger = new RecordMerger(path, new EvidenceWriter(), { hosts: ['east'], now: 0n });
  for (const [time, lateness] of [
    [1n, 5n],
    [2n, 4n],
    [3n, 5n],
    [4n, 9n],
  ] as const)
    merger.sayLateness(time, lateness);
  const said = readRecords(readFileSync(path)).records.filter(({ type }) => type === recordType.lateness);
  assert.deepEqual(
    said.map(({ time, payload }) => [time, Buffer.from(payload).readBigUInt64LE()]),
    [
      [1n, 5n],
      [4n, 9n],
    ],
  );
});

test("a machine's times are moved to the lab's clock, in whatever parts its bytes come", () => {
  const stream = Buffer.from(
    encodeRecords(['east'], [{ type: recordType.output, host: 0, time: 500n, payload: bytes('x') }]),
  );
  const records = new MachineRecords();
  records.moveBy(7n);
  const found = [...stream].flatMap((_, at) => records.push(stream.subarray(at, at + 1)));
  assert.deepEqual(
    found.map(({ type, time }) => [type, time]),
    [
      [recordType.hosts, 507n],
      [recordType.output, 507n],
    ],
  );
});

test('a lab that writes records without end is refused', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-merge-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const writer = new EvidenceWriter();
  const mebi = Buffer.alloc(1024 * 1024);
  const log = join(dir, 'log');
  for (let n = 0; n < 16; n += 1) writer.append('kernel.log', log, mebi);
  assert.throws(() => writer.append('kernel.log', log, bytes('x')), /more kernel\.log than the 16 MiB/);
});

test('a disk that takes no more evidence is named', () => {
  const writer = new EvidenceWriter();
  assert.throws(
    () => writer.append('records', '/dev/full', bytes('x')),
    (error: EspalierError) =>
      error.fault === 'infrastructure' &&
      error.detail.file === '/dev/full' &&
      /not be stored: ENOSPC/.test(error.message),
  );
});
