/**
 * The tests: `npm test [-- PATH… | -g PATTERN]`. Sets up what labs need, as a user's first run
 * does, then runs test/{unit,conformance,e2e,lab}. Ends with the line `N passed, N failed`.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';
import { describeError, EspalierError } from '../src/base/errors.ts';
import { projectDir } from '../src/base/folders.ts';

interface Failure {
  readonly file: string;
  readonly name: string;
  readonly error: unknown;
}

interface Totals {
  passed: number;
  skipped: number;
  readonly failures: Failure[];
  /** Wall milliseconds by file. */
  readonly durations: Map<string, number>;
}

/** Test files whose path starts with one of the given ones; all when none is given. */
function chosenFiles(chosen: readonly string[]): string[] {
  const all = globSync('test/{unit,conformance,e2e,lab}/**/*.test.ts', { cwd: projectDir }).sort();
  if (chosen.length === 0) return all;
  const prefixes = chosen.map((path) => relative(projectDir, join(process.cwd(), path)));
  return all.filter((path) => prefixes.some((prefix) => path.startsWith(prefix)));
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

async function runFiles(files: readonly string[], pattern: string | undefined): Promise<Totals> {
  const totals: Totals = { passed: 0, skipped: 0, failures: [], durations: new Map() };
  const stream = run({
    files: files.map((file) => join(projectDir, file)),
    cwd: projectDir,
    concurrency: availableParallelism(),
    ...(pattern !== undefined && { testNamePatterns: [new RegExp(pattern)] }),
  });
  for await (const { type, data } of stream) {
    if (type === 'test:summary' && data.file !== undefined)
      totals.durations.set(relative(projectDir, data.file), data.duration_ms);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite') continue;
    const file = relative(projectDir, data.file ?? '');
    if (data.skip !== undefined || data.todo !== undefined) totals.skipped += 1;
    else if (type === 'test:pass') totals.passed += 1;
    else {
      const error = data.details.error;
      totals.failures.push({ file, name: data.name, error: error?.cause ?? error });
      process.stdout.write(`FAIL ${file}: ${data.name}\n`);
    }
  }
  return totals;
}

/** The files that took longest, if any took long: what to look at first when the tests take too long. */
function slowest(durations: ReadonlyMap<string, number>): string[] {
  const long = [...durations].filter(([, ms]) => ms > 20_000).sort(([, a], [, b]) => b - a);
  return long.slice(0, 8).map(([file, ms]) => `slow: ${file}, ${Math.round(ms / 1000)} s`);
}

/** With what caused it: a property that does not hold tells why there. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${textOf(error.cause)}`;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string', short: 'g' } },
    allowPositionals: true,
  });
  const files = chosenFiles(positionals);
  if (files.some((file) => /^test\/(lab|conformance)\//.test(file))) await setUpLabs();
  const totals = await runFiles(files, values.grep);
  for (const { file, name, error } of totals.failures) {
    process.stdout.write(`\n== ${file}\n   ${name}\n${textOf(error).replace(/^/gm, '   ')}\n`);
  }
  for (const line of slowest(totals.durations)) process.stdout.write(`${line}\n`);
  if (totals.skipped > 0) process.stdout.write(`${totals.skipped} skipped\n`);
  process.stdout.write(`${totals.passed} passed, ${totals.failures.length} failed\n`);
  return totals.failures.length > 0 || totals.passed === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
