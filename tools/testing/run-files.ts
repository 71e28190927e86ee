/** Runs test files, each in a process of its own and within a time limit. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectDir } from '../../src/base/folders.ts';

interface Failure {
  readonly file: string;
  readonly name: string;
  readonly error: unknown;
}

export interface Totals {
  passed: number;
  skipped: number;
  readonly failures: Failure[];
  /** Wall milliseconds by file. */
  readonly durations: Map<string, number>;
}

/** Wall milliseconds after which a test has failed, and after which a file's process is ended. */
export interface Limits {
  readonly test: number;
  readonly file: number;
}

const minute = 60_000;

/** Limits are there to end what hangs: ten times what takes longest on a machine with nothing else to do. */
const limits: readonly [below: string, Limits][] = [
  ['test/unit/', { test: 2 * minute, file: 5 * minute }],
  ['test/lab/', { test: 20 * minute, file: 45 * minute }],
  // A lab of machines that are translated takes ten seconds of CPU.
  ['test/conformance/', { test: 20 * minute, file: 45 * minute }],
  ['', { test: 5 * minute, file: 15 * minute }],
];

/** The limits of a test file by its path from the repository's root. */
export function limitsOf(file: string): Limits {
  return limits.find(([below]) => file.startsWith(below))?.[1] as Limits;
}

export interface Options {
  /** Only tests whose names match. */
  readonly pattern?: string | undefined;
  readonly limitsOf?: (file: string) => Limits;
  /** Told of each failure as it comes. */
  readonly onFailure?: (failure: Failure) => void;
  /** Files at once; default: one per processor. */
  readonly concurrency?: number;
}

const noteModule = pathToFileURL(join(import.meta.dirname, 'note-test.ts')).href;

/** Runs these files (paths from the repository's root), in this order. */
export async function runFiles(files: readonly string[], options: Options = {}): Promise<Totals> {
  const totals: Totals = { passed: 0, skipped: 0, failures: [], durations: new Map() };
  const notes = mkdtempSync(join(tmpdir(), 'espalier-tests-'));
  const queue = files.map((file, index) => ({ file, note: join(notes, String(index)) }));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await runFile(next, totals, options);
  };
  try {
    const concurrency = options.concurrency ?? availableParallelism();
    await Promise.all(Array.from({ length: concurrency }, worker));
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
  return totals;
}

async function runFile(
  { file, note }: { readonly file: string; readonly note: string },
  totals: Totals,
  { pattern, limitsOf: limitsFor = limitsOf, onFailure }: Options,
): Promise<void> {
  const { test, file: whole } = limitsFor(file);
  const path = join(projectDir, file);
  const begin = performance.now();
  const overdue = AbortSignal.timeout(whole);
  const stream = run({
    files: [path],
    cwd: projectDir,
    concurrency: 1,
    timeout: test,
    signal: overdue,
    execArgv: [`--import=${noteModule}`],
    env: { ...process.env, ESPALIER_TEST_NOTE: note },
    ...(pattern !== undefined && { testNamePatterns: [new RegExp(pattern)] }),
  });
  const fail = (name: string, error: unknown): void => {
    const failure = { file, name, error };
    totals.failures.push(failure);
    onFailure?.(failure);
  };
  for await (const { type, data } of stream) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite') continue;
    if (data.skip !== undefined || data.todo !== undefined) totals.skipped += 1;
    else if (type === 'test:pass') totals.passed += 1;
    else if (overdue.aborted && data.name === path) fail(lastTest(note), stoppedAfter(whole));
    else fail(data.name, data.details.error?.cause ?? data.details.error);
  }
  totals.durations.set(relative(projectDir, path), performance.now() - begin);
}

function lastTest(note: string): string {
  try {
    return readFileSync(note, 'utf8');
  } catch {
    return '(before its first test)';
  }
}

const stoppedAfter = (ms: number): string =>
  `stopped: its file did not end within ${ms / 1000} s. This test, the last that began, hangs or left something running.`;
