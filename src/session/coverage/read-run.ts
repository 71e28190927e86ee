import { describeError, EspalierError } from '../../base/errors.ts';
import { type GcovCounters, readCounters } from '../../evidence/gcov/counters.ts';
import { readNotes } from '../../evidence/gcov/notes.ts';
import type { AttemptFile } from '../../model/attempt.ts';
import type { Coverage } from '../../model/coverage.ts';
import { Code } from '../../results/coverage/code.ts';
import {
  type AttemptCounters,
  type Collected,
  CoverageCollector,
  type TestName,
} from '../../results/coverage/collector.ts';
import { attemptFileNames, attemptFiles } from '../../store/attempt-files.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { kernelNotes } from '../../supply/kernel/counter-notes.ts';

/** Where the agent puts a kernel's counters, below an attempt's folder (guest/agent/collect.c). */
const countersFolder = 'files/gcov';
const ending = '.gcda';

/** What a run covered, but for how often each line ran. */
export interface RunCoverage {
  readonly coverage: Coverage;
  readonly counts: Collected['counts'];
}

/** An attempt whose lab is over. */
interface Finished {
  readonly dir: string;
  readonly file: AttemptFile;
}

type Lost = Coverage['lost'][number];

/** Why something cannot be read. */
function problemOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return describeError(error);
  }
}

/** Reads the counters of all attempts of a run. */
export function coverageOfRun(folder: RunFolder): RunCoverage {
  return new RunReader(folder).read();
}

/** A test of a run, and what it executed. */
export interface TestLines extends TestName {
  /** Numbers of lines, by source. */
  readonly lines: ReadonlyMap<string, ReadonlySet<number>>;
}

/** What each test of a run executed, all its attempts together. A test of which an attempt's counters are lost is left out. */
export function linesByTest(folder: RunFolder): TestLines[] {
  return new RunReader(folder).linesByTest();
}

class RunReader {
  readonly #tests: readonly (readonly Finished[])[];
  readonly #code = new Code();
  /** By id: why what a kernel counts cannot be explained; `undefined`: it can. */
  readonly #kernels = new Map<string, string | undefined>();
  readonly #lost: Lost[] = [];
  #attempts = 0;

  constructor(folder: RunFolder) {
    this.#tests = folder.run.scenarios.map((entry) =>
      folder.finished(entry).flatMap(({ attempt, dir }): Finished[] => {
        const file = folder.attemptFile({ ...entry, attempt });
        return file === undefined ? [] : [{ dir, file }];
      }),
    );
  }

  linesByTest(): TestLines[] {
    this.#explainKernels();
    return this.#tests.flatMap((attempts) => {
      const counters = [...this.#countersOf(attempts)];
      const [first] = attempts;
      if (first === undefined || counters.length < attempts.length) return [];
      const { suite, name } = first.file;
      return [{ suite, name, lines: linesOf(this.#code, counters) }];
    });
  }

  #explainKernels(): void {
    const kernels = new Map(this.#tests.flat().map(({ file }) => [file.inputs.kernel.id, file.inputs.kernel]));
    for (const kernel of kernels.values()) this.#kernels.set(kernel.id, this.#explain(kernel));
  }

  read(): RunCoverage {
    this.#explainKernels();
    const collector = new CoverageCollector(this.#code);
    for (const attempts of this.#tests) {
      const [first] = attempts;
      if (first !== undefined) collector.addTest(first.file, this.#countersOf(attempts));
    }
    const { counts, ...collected } = collector.collected();
    const about = {
      kernels: [...this.#kernels].flatMap(([id, problem]) => (problem === undefined ? [id] : [])).toSorted(),
      attempts: this.#attempts,
      lost: this.#lost,
    };
    return { coverage: { version: 1, ...about, ...collected }, counts };
  }

  /** Adds the code of a kernel, or says why that cannot be done. */
  #explain(kernel: AttemptFile['inputs']['kernel']): string | undefined {
    const found = kernelNotes(kernel);
    if (found === undefined) return `the cache holds no notes of the kernel ${kernel.id}`;
    return problemOf(() => {
      for (const { object, bytes } of found.objects) {
        const notes = readNotes(bytes);
        this.#code.add(kernel.id, { object, notes, sourceOf: (name) => found.sourceOf(name, notes.folder) });
      }
    });
  }

  *#countersOf(attempts: readonly Finished[]): Generator<AttemptCounters> {
    for (const one of attempts) {
      const objects = this.#objectsOf(one);
      if (typeof objects === 'string') {
        const { suite, name, attempt } = one.file;
        this.#lost.push({ suite, name, attempt, why: objects });
      } else {
        this.#attempts += 1;
        yield { kernel: one.file.inputs.kernel.id, objects };
      }
    }
  }

  /** What an attempt counted, or why that is not known. */
  #objectsOf({ dir, file }: Finished): ReadonlyMap<string, GcovCounters> | string {
    const kernel = file.inputs.kernel.id;
    const unexplained = this.#kernels.get(kernel);
    if (unexplained !== undefined) return unexplained;
    let objects: ReadonlyMap<string, GcovCounters> = new Map();
    const problem = problemOf(() => {
      const names = [...attemptFileNames(dir, countersFolder)].filter((name) => name.endsWith(ending));
      objects = this.#objectsIn(dir, { kernel, names });
    });
    if (problem !== undefined) return problem;
    return objects.size > 0 ? objects : `its files hold none; its lab ended as ${file.end.word}`;
  }

  #objectsIn(dir: string, { kernel, names }: { kernel: string; names: readonly string[] }): Map<string, GcovCounters> {
    const files = attemptFiles(dir);
    const objects = new Map<string, GcovCounters>();
    for (const name of names) {
      const object = name.slice(0, -ending.length);
      const counters = readCounters(files.read(`${countersFolder}/${name}`) ?? new Uint8Array());
      if (!this.#code.knows(kernel, object, counters)) {
        throw new EspalierError('guest', `${name} is of another build than the notes of the kernel ${kernel}`);
      }
      objects.set(object, counters);
    }
    return objects;
  }
}

function linesOf(code: Code, attempts: readonly AttemptCounters[]): Map<string, Set<number>> {
  const sources = new Map<string, Set<number>>();
  for (const { kernel, objects } of attempts) {
    for (const [object, counters] of objects) {
      for (const { lines } of code.ran(kernel, object, counters)) {
        for (const number of lines.keys()) {
          const { source, line } = code.lines[number] ?? { source: '', line: 0 };
          sources.set(source, (sources.get(source) ?? new Set()).add(line));
        }
      }
    }
  }
  return sources;
}
