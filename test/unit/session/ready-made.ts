import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { EspalierError, type Fault } from '../../../src/base/errors.ts';
import { readJson, writeAtomic } from '../../../src/base/files.ts';
import { projectDir } from '../../../src/base/folders.ts';
import { type AttemptFile, type AttemptInputs, attemptSchema } from '../../../src/model/attempt.ts';
import type { RunOptions } from '../../../src/model/run.ts';
import type { VerdictWord } from '../../../src/model/words.ts';
import { Reporters } from '../../../src/report/reporter.ts';
import { seedOfAttempt } from '../../../src/results/seeds.ts';
import type { Executor } from '../../../src/session/executor.ts';
import { runSession, type SessionEnd, type SessionInputs } from '../../../src/session/session.ts';
import type { AttemptKey } from '../../../src/store/layout.ts';
import { jsonText, RunFolder } from '../../../src/store/run-folder.ts';

/** What becomes of an attempt: a verdict that comes with it, files that the session has to judge, or trouble. */
export type Course = VerdictWord | 'unjudged' | 'lost' | 'of another test' | Fault;

export const inputs: AttemptInputs = {
  kernel: { id: 'k', sha256: 'k' },
  images: {},
  suite: { id: 's', sha256: 's' },
  versions: {},
};

/** An attempt as a lab leaves it. */
const frozen = join(projectDir, 'test/frozen/run');
const frozenAttempt = join(frozen, 'attempts/examples/psk/0');

const words = new Set<Course>(['passed', 'minor', 'major', 'timeout', 'unsupported']);

type CourseOf = (key: AttemptKey, signal: AbortSignal) => Course | Promise<Course>;

/** An executor without labs: it hands over ready-made attempts, in the way that each scenario's course says. */
export class ReadyMade implements Executor {
  readonly slots: number;
  /** `name attempt`, in the order in which they were asked for. */
  readonly asked: string[] = [];
  /** The most that were asked for at once. */
  most = 0;
  #live = 0;
  readonly #folder: RunFolder;
  readonly #course: CourseOf;

  constructor(folder: RunFolder, course: CourseOf, options: { slots?: number } = {}) {
    this.#folder = folder;
    this.#course = course;
    this.slots = options.slots ?? 2;
  }

  async run(key: AttemptKey, signal: AbortSignal): Promise<string> {
    this.asked.push(`${key.name} ${key.attempt}`);
    this.#live += 1;
    this.most = Math.max(this.most, this.#live);
    try {
      await turn();
      return this.#handOver(key, await this.#course(key, signal));
    } finally {
      this.#live -= 1;
    }
  }

  /** In a folder beside the run's attempts, as one that was fetched from elsewhere. */
  #handOver(key: AttemptKey, course: Course): string {
    const dir = join(this.#folder.dir, `fetched-${key.name}-${key.attempt}`);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    if (course === 'lost') return dir;
    if (course === 'unjudged') {
      cpSync(join(frozen, 'inputs'), join(this.#folder.dir, 'inputs'), { recursive: true });
      cpSync(frozenAttempt, dir, { recursive: true });
      rmSync(join(dir, 'derived'), { recursive: true });
      rmSync(join(dir, 'verdict.json'));
      const file = readJson(join(dir, 'attempt.json'), attemptSchema);
      writeAtomic(join(dir, 'attempt.json'), jsonText({ ...file, ...key, ...this.#seeded(key, file.inputs) }));
      return dir;
    }
    if (course !== 'of another test' && !words.has(course)) throw new EspalierError(course as Fault, `${course}!`);
    const name = course === 'of another test' ? 'another' : key.name;
    const word = course === 'of another test' ? 'passed' : course;
    writeAtomic(join(dir, 'attempt.json'), jsonText(this.#file({ ...key, name })));
    const issues = word === 'passed' ? [] : [{ kind: 'made', word, message: 'made for a test' }];
    const verdict = { version: 2, word, upstream: word, issues, adapted: [], passesOnlyAdapted: false };
    writeAtomic(join(dir, 'verdict.json'), jsonText(verdict));
    return dir;
  }

  #seeded({ attempt }: AttemptKey, { seed: _, ...rest }: AttemptInputs): Pick<AttemptFile, 'inputs'> {
    const seed = seedOfAttempt(this.#folder.run.options, attempt);
    return { inputs: { ...rest, ...(seed !== undefined && { seed }) } };
  }

  #file(key: AttemptKey): AttemptFile {
    const time = { started: '2026-01-01T00:00:00Z', wallMs: 10, bootMs: 1, labCpuMs: 5, virtualNs: '1' };
    return { version: 1, ...key, hosts: ['east'], ...this.#seeded(key, inputs), end: { word: 'completed' }, time };
  }
}

interface RunChange extends Partial<Omit<RunOptions, 'seed'>> {
  /** `undefined`: without one. Two words for one seed are nondeterminism. */
  readonly seed?: string | undefined;
}

/** A run of tests in a folder of its own. */
export function makeRun(t: TestContext, names: readonly string[], change: RunChange = {}): RunFolder {
  const { seed, ...rest } = { seed: '1', ...change };
  const runs = mkdtempSync(join(tmpdir(), 'espalier-session-'));
  t.after(() => rmSync(runs, { recursive: true, force: true }));
  return RunFolder.create(runs, {
    version: 1,
    id: '2026-01-01_00-00-00-000_0000',
    started: '2026-01-01T00:00:00Z',
    espalier: '0',
    command: ['espalier'],
    options: { substrate: 'none', overlay: [], retries: 0, repeatEach: 1, ...rest, ...(seed && { seed }) },
    machine: { cpu: '', cores: 1, memoryMiB: 1, system: '', node: '' },
    scenarios: names.map((name) => ({ suite: 's', name, status: 'good', hosts: ['east'] })),
  });
}

/** Runs what a run's folder still lacks. */
export function run(folder: RunFolder, executor: Executor, change: Partial<SessionInputs> = {}): Promise<SessionEnd> {
  return runSession({
    folder,
    executor,
    judges: 1,
    durations: new Map(),
    reporters: new Reporters(new Map()),
    signal: new AbortController().signal,
    ...change,
  });
}

/** `name: word` of all results. */
export function wordsOf({ results }: SessionEnd): string[] {
  return results.results.map(({ name, word }) => `${name}: ${word}`);
}
