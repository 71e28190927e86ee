import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';
import { limitsOf, runFiles, type Totals } from '../../../tools/testing/run-files.ts';
import { failuresText, totalsLine } from '../../../tools/testing/totals-text.ts';

/** Runs a made-up test file. */
async function runText(t: TestContext, text: string, limits: { test: number; file: number }): Promise<Totals> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-made-'));
  const outer = process.env.NODE_TEST_CONTEXT;
  t.after(() => {
    rmSync(dir, { recursive: true });
    if (outer !== undefined) process.env.NODE_TEST_CONTEXT = outer;
  });
  // Node refuses to run tests from a test where it finds this.
  delete process.env.NODE_TEST_CONTEXT;
  const path = join(dir, 'made.test.mjs');
  writeFileSync(path, `import { describe, test } from 'node:test';\n${text}`);
  return runFiles([relative(projectDir, path)], { limitsOf: () => limits });
}

const generous = { test: 60_000, file: 60_000 };

test('passed, failed and skipped tests are counted in the closing line', async (t) => {
  const text = [
    "test('fine', () => {});",
    "describe('of a group', () => test('fine too', () => {}));",
    "test('bad', () => { throw new Error('so bad', { cause: new Error('since') }); });",
    "test('left out', { skip: 'no tool' }, () => {});",
    "test('to do', { todo: true }, () => {});",
  ];
  const totals = await runText(t, text.join('\n'), generous);
  assert.equal(totalsLine(totals), '2 passed, 1 failed, 2 skipped');
  assert.match(failuresText(totals), /== .*made\.test\.mjs\n {3}bad\n {3}Error: so bad[\s\S]*caused by Error: since/);
});

test('a test that waits for ever has failed after its limit, and those after it run', async (t) => {
  const text =
    "test('waits', () => new Promise(() => setInterval(() => {}, 9)));\ntest('next', () => process.exitCode);\n";
  const totals = await runText(t, `${text}test('last', () => setImmediate(() => process.exit()));`, {
    test: 300,
    file: 60_000,
  });
  assert.deepEqual([totals.passed, totals.failures.map(({ name }) => name)], [2, ['waits']]);
  assert.match(String(totals.failures[0]?.error), /timed out after 300ms/);
});

for (const [what, body] of [
  ['spins', 'for (;;);'],
  ['leaves a timer behind', 'setInterval(() => {}, 9);'],
]) {
  test(`a file whose test ${what} is ended, and the test is named`, async (t) => {
    const text = `test('fine', () => {});\ndescribe('group', () => test('${what}', () => { ${body} }));\n`;
    const { failures } = await runText(t, text, { test: 60_000, file: 4000 });
    assert.deepEqual(
      failures.map(({ name }) => name),
      [`group > ${what}`],
    );
    assert.match(String(failures[0]?.error), /did not end within 4 s/);
  });
}

test('a file that never gets to a test says so', async (t) => {
  const { failures } = await runText(t, 'for (;;);', { test: 60_000, file: 2000 });
  assert.deepEqual(
    failures.map(({ name }) => name),
    ['(before its first test)'],
  );
});

test('every test file has limits, and its tests have shorter ones', () => {
  for (const file of [
    'test/unit/a/b.test.ts',
    'test/e2e/a.test.ts',
    'test/conformance/a.test.ts',
    'test/lab/a.test.ts',
  ]) {
    const { test: one, file: whole } = limitsOf(file);
    assert.ok(one >= 60_000 && one < whole && whole <= 45 * 60_000, file);
  }
});
