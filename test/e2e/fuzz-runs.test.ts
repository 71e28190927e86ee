import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzRuns } from '../hostile/fuzz.ts';

// `npm run fuzz:runs -- --count 5000` is the whole of it (docs/security.md).
test('spoiled runs harm nobody, and attempts beside damaged ones keep their verdicts', async () => {
  const found = await fuzzRuns({ count: 40, seed: 'sample', jobs: 2, batch: 10, limitMs: 60_000 });
  assert.deepEqual(found.problems, []);
  assert.equal(found.runs, 40);
  assert.ok(found.kept > 10, `${found.kept} attempts beside damaged ones`);
  assert.ok(found.peakMiB < 1024, `${found.peakMiB} MiB`);
});
