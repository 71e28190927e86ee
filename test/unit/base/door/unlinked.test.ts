import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { openPlain } from '../../../../src/base/door/read.ts';

const looks = 20_000;

/** Makes and removes a file over and over, as SQLite does with the log of an index. */
const churn = `
const { closeSync, openSync, unlinkSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
for (;;) {
  closeSync(openSync(workerData, 'w'));
  unlinkSync(workerData);
}`;

test('a file that is removed while it is opened is not there, and no link is blamed', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-unlinked-'));
  const path = join(dir, 'index.sqlite-wal');
  const worker = new Worker(churn, { eval: true, workerData: path });
  t.after(async () => {
    await worker.terminate();
    rmSync(dir, { recursive: true, force: true });
  });
  await new Promise((resolve) => worker.once('online', resolve));
  let seen = 0;
  for (let look = 0; look < looks; look += 1) {
    using file = openPlain(path);
    if (file !== undefined) seen += 1;
  }
  assert.ok(seen > 0 && seen < looks, `${seen} of ${looks} times it was there`);
});
