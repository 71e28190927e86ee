import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRecords } from '../../../src/evidence/records/reader.ts';
import { encodeRecords } from '../../../src/evidence/records/writer.ts';
import { RecordTail } from '../../../src/lab/record-tail.ts';

test('however a file grows, every whole frame comes once and in order', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-tail-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 12 });
  let file = 0;
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 60 })), (all, cuts) => {
      const bytes = encodeRecords(
        ['east'],
        all.map((payload, at) => ({ type: 3, host: 0, time: BigInt(at), payload })),
      );
      file += 1;
      const path = join(dir, String(file));
      const tail = new RecordTail(path);
      const seen = [...tail.read()];
      let at = 0;
      for (const size of [...cuts, bytes.length]) {
        appendFileSync(path, bytes.subarray(at, at + size));
        at = Math.min(bytes.length, at + size);
        seen.push(...tail.read());
      }
      const plain = (records: typeof seen) => records.map((record) => ({ ...record, payload: [...record.payload] }));
      assert.deepEqual(plain(seen), plain([...readRecords(bytes).records]));
    }),
    { numRuns: 50 },
  );
});
