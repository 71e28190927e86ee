import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '../hostile/fuzz.ts';

// `npm run fuzz:runs -- --count 5000` is the whole of it (docs/security.md).
test('spoiled runs harm nobody, and attempts beside damaged ones keep their verdicts', async (t) => {
  const found = await fuzzRuns({ count: 40, seed: 'sample', jobs: 2, batch: 10, limitMs: 60_000 });
  assert.deepEqual(found.problems, []);
  assert.equal(found.runs, 40);
  assert.ok(found.kept > 10, `${found.kept} attempts beside damaged ones`);
  assert.ok(found.wentOn > 10, `${found.wentOn} commands that make what a run names`);
  if (!found.seesReads) t.diagnostic('this file system notes no reads: whether planted files were read is not checked');
  assert.ok(found.peakMiB < 1024, `${found.peakMiB} MiB`);
});
