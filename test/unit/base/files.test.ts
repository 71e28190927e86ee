import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAt, writeAll } from '../../../src/base/files.ts';

/** A file of which the system takes up to 7 bytes at once. */
function slowFile(out: Buffer) {
  let stands = 0;
  const write = async (bytes: Uint8Array, from = 0, length = bytes.length, at: number | null = null) => {
    const bytesWritten = Math.min(7, length);
    out.set(bytes.subarray(from, from + bytesWritten), at ?? stands);
    if (at === null) stands += bytesWritten;
    return { bytesWritten, buffer: bytes };
  };
  return { write } as Parameters<typeof writeAll>[0];
}

for (const position of [undefined, 3]) {
  test(`all is written where a call takes a part only, position ${position}`, async () => {
    const out = Buffer.alloc(40);
    await writeAll(slowFile(out), Buffer.from('a text of more than seven bytes'), position);
    assert.equal(
      out.toString().replaceAll('\0', '_'),
      'a text of more than seven bytes'.padStart(31 + (position ?? 0), '_').padEnd(40, '_'),
    );
  });
}

test('a part of a file is read, and what there is where it ends', () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-files-'));
  try {
    writeFileSync(join(dir, 'file'), '0123456789');
    const file = openSync(join(dir, 'file'), 'r');
    assert.deepEqual([readAt(file, 2, 3), readAt(file, 8, 5), readAt(file, 20, 5)].map(String), ['234', '89', '']);
    closeSync(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
