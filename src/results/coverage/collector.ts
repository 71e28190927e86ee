import type { GcovCounters } from '../../evidence/gcov/counters.ts';
import type { Coverage, CoveredFile } from '../../model/coverage.ts';
import type { Code } from './code.ts';
import { addCounters } from './merge.ts';
import { rangesOf } from './ranges.ts';

/** What one attempt counted. */
export interface AttemptCounters {
  readonly kernel: string;
  /** By object; only those that `Code` knows. */
  readonly objects: ReadonlyMap<string, GcovCounters>;
}

/** A test, by name. */
export interface TestName {
  readonly suite: string;
  readonly name: string;
}

/** What became of code in a run. */
export interface Collected extends Pick<Coverage, 'files' | 'only'> {
  /** How often each covered line ran, by source. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

const nobody = -1;
const several = -2;

/** Puts together what the tests of a run counted. The order of tests and attempts plays no part, but for the order of `only` among equals. */
export class CoverageCollector {
  readonly #code: Code;
  readonly #totals = new Map<string, Map<string, GcovCounters>>();
  readonly #tests: TestName[] = [];
  /** By line: the one test that covers it. */
  readonly #coveredBy: Int32Array;

  /** All of the code is known beforehand. */
  constructor(code: Code) {
    this.#code = code;
    this.#coveredBy = new Int32Array(code.lines.length).fill(nobody);
  }

  /** Adds a test with all its attempts. */
  addTest({ suite, name }: TestName, attempts: Iterable<AttemptCounters>): void {
    const number = this.#tests.push({ suite, name }) - 1;
    for (const { kernel, objects } of attempts) {
      for (const [object, counters] of objects) {
        this.#addTotal(kernel, object, counters);
        for (const { lines } of this.#code.ran(kernel, object, counters)) {
          for (const line of lines.keys()) this.#mark(line, number);
        }
      }
    }
  }

  #addTotal(kernel: string, object: string, counters: GcovCounters): void {
    const objects = this.#totals.get(kernel) ?? new Map<string, GcovCounters>();
    this.#totals.set(kernel, objects);
    const before = objects.get(object);
    objects.set(object, before === undefined ? counters : addCounters(before, counters));
  }

  #mark(line: number, test: number): void {
    const before = this.#coveredBy[line];
    if (before === nobody) this.#coveredBy[line] = test;
    else if (before !== test) this.#coveredBy[line] = several;
  }

  collected(): Collected {
    const calls = new Map<number, number>();
    const counts = new Map<number, number>();
    for (const [kernel, objects] of this.#totals) {
      for (const [object, counters] of objects) {
        for (const run of this.#code.ran(kernel, object, counters)) {
          if (run.function !== undefined) calls.set(run.function, (calls.get(run.function) ?? 0) + run.calls);
          for (const [line, count] of run.lines) counts.set(line, (counts.get(line) ?? 0) + count);
        }
      }
    }
    const byLine = linesBySource(this.#code, counts);
    return { files: filesOf(this.#code, byLine, calls), only: this.#only(), counts: byLine };
  }

  #only(): Coverage['only'] {
    const byTest = new Map<number, number[]>();
    this.#coveredBy.forEach((test, line) => {
      if (test < 0) return;
      const lines = byTest.get(test) ?? [];
      byTest.set(test, lines);
      lines.push(line);
    });
    const tests = [...byTest].map(([test, lines]) => {
      const named = this.#tests[test] ?? { suite: '', name: '' };
      return { ...named, count: lines.length, files: this.#rangesBySource(lines) };
    });
    return tests.toSorted((a, b) => b.count - a.count);
  }

  #rangesBySource(numbers: readonly number[]): Coverage['only'][number]['files'] {
    const lines = numbers.flatMap((number) => this.#code.lines[number] ?? []);
    return [...Map.groupBy(lines, ({ source }) => source)]
      .map(([source, of]) => ({ source, lines: rangesOf(of.map(({ line }) => line).toSorted((a, b) => a - b)) }))
      .toSorted((a, b) => (a.source < b.source ? -1 : 1));
  }
}

function linesBySource({ lines }: Code, counts: ReadonlyMap<number, number>): Map<string, Map<number, number>> {
  const sources = new Map<string, Map<number, number>>();
  for (const [number, count] of counts) {
    const { source, line } = lines[number] ?? { source: '', line: 0 };
    const of = sources.get(source) ?? new Map<number, number>();
    sources.set(source, of);
    of.set(line, count);
  }
  return sources;
}

function filesOf(
  { lines, functions }: Code,
  counts: Collected['counts'],
  calls: ReadonlyMap<number, number>,
): CoveredFile[] {
  const byNumber = (a: number, b: number): number => a - b;
  const called = functions.map((one, number) => ({ ...one, calls: calls.get(number) ?? 0 }));
  const functionsBySource = Map.groupBy(called, ({ source }) => source);
  return [...Map.groupBy(lines, ({ source }) => source)]
    .map(([source, of]) => ({
      source,
      lines: rangesOf(of.map(({ line }) => line).toSorted(byNumber)),
      covered: rangesOf([...(counts.get(source)?.keys() ?? [])].toSorted(byNumber)),
      functions: (functionsBySource.get(source) ?? [])
        .map(({ name, line, calls: times }) => ({ name, line, calls: times }))
        .toSorted((a, b) => a.line - b.line),
    }))
    .toSorted((a, b) => (a.source < b.source ? -1 : 1));
}
