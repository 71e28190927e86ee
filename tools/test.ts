/**
 * The tests: `npm test [-- PATH… | -g PATTERN]`. Sets up what labs need, as a user's first run
 * does, then runs test/{unit,conformance,e2e,lab}. Ends with the line `N passed, N failed, N skipped`.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describeError, EspalierError } from '../src/base/errors.ts';
import { projectDir } from '../src/base/folders.ts';
import { toolArguments } from './arguments.ts';
import { runFiles } from './testing/run-files.ts';
import { failuresText, slowestText, totalsLine } from './testing/totals-text.ts';

/** Test files whose path starts with one of the given ones; all when none is given. */
function chosenFiles(chosen: readonly string[]): string[] {
  const all = globSync('test/{unit,conformance,e2e,lab}/**/*.test.ts', { cwd: projectDir }).sort();
  if (chosen.length === 0) return all;
  const prefixes = chosen.map((path) => relative(projectDir, join(process.cwd(), path)));
  // A folder that was renamed must not read as tests that pass.
  const idle = prefixes.find((prefix) => !all.some((path) => path.startsWith(prefix)));
  if (idle !== undefined) throw new EspalierError('usage', 'no test file has this path', { file: idle });
  return all.filter((path) => prefixes.some((prefix) => path.startsWith(prefix)));
}

/** Runs that tests make are signed by a key of the tests, not by the person's. */
function temporaryState(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'espalier-state-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Kernel, image and guest: made before the tests, so that no test's time limit counts it. */
async function setUpLabs(): Promise<void> {
  const { ensureTools } = await import('../src/supply/debian/machine-tools.ts');
  for (const need of ['kernel', 'image', 'guest', 'judge'] as const) await ensureTools(need);
  const { ensureGuest } = await import('../src/supply/kernel/guest.ts');
  const { ensureKernel } = await import('../src/supply/kernel/kernel.ts');
  const { ensureImage } = await import('../src/supply/image/image.ts');
  await ensureGuest();
  await ensureKernel({ selection: process.env.ESPALIER_KERNEL });
  await ensureImage('debian-trixie-libreswan');
}

async function main(): Promise<number> {
  using state = temporaryState();
  process.env.XDG_STATE_HOME = state.path;
  const { values, positionals } = toolArguments(import.meta.filename, {
    options: { grep: { type: 'string', short: 'g' } },
    allowPositionals: true,
  });
  const files = chosenFiles(positionals);
  if (files.some((file) => /^test\/(lab|conformance)\//.test(file))) await setUpLabs();
  const totals = await runFiles(files, {
    pattern: values.grep,
    onFailure: ({ file, name }) => process.stdout.write(`FAIL ${file}: ${name}\n`),
  });
  process.stdout.write(`${failuresText(totals)}${slowestText(totals)}${totalsLine(totals)}\n`);
  return totals.failures.length > 0 || totals.passed === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
