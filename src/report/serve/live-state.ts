import { dirname, join } from 'node:path';
import { namesIn } from '../../base/door/folders.ts';
import { statePlain } from '../../base/door/read.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { component } from '../../store/layout.ts';
import { liveResultsFile } from '../../store/live-results.ts';
import { readDurations } from '../../store/records-of-runs.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import type { LiveState } from '../page/data.ts';

type Scenario = RunFolder['run']['scenarios'][number];

/** Follows which tests of a run have no result yet, and how long they will take. */
export class LiveProgress {
  readonly #runDir: string;
  readonly #pending: Map<string, Scenario>;
  readonly #durations: ReadonlyMap<string, number>;
  /** Wall milliseconds of the labs of this session. */
  #spentMs = 0;
  #done = 0;

  constructor({ dir, run }: RunFolder) {
    this.#runDir = dir;
    this.#pending = new Map(run.scenarios.map((entry) => [keyOf(entry), entry]));
    this.#durations = readDurations(dirname(dir));
  }

  /** A test has its result. */
  settle(result: ScenarioResult): void {
    this.#pending.delete(keyOf(result));
    const time = result.attempts.at(-1)?.time;
    if (time === undefined || Date.parse(time.started) < this.#sessionBegan()) return;
    this.#spentMs += time.wallMs;
    this.#done += 1;
  }

  state(now: number): LiveState {
    const leftMs = this.#leftMs(now);
    return { pending: this.#pending.size, running: this.#running(), ...(leftMs !== undefined && { leftMs }) };
  }

  /** Those whose attempt has a folder. */
  #running(): string[] {
    const suites = Map.groupBy(this.#pending.values(), ({ suite }) => suite);
    return [...suites].flatMap(([suite, entries]) => {
      const dir = join(this.#runDir, 'attempts', component(suite));
      const begun = new Set(namesIn(dir));
      return entries.filter(({ name }) => begun.has(component(name))).map(({ name }) => name);
    });
  }

  /** By earlier durations of the tests that are left, else the mean, at the pace of this session: labs run side by side. */
  #leftMs(now: number): number | undefined {
    const elapsed = now - this.#sessionBegan();
    if (this.#done === 0 || elapsed <= 0) return undefined;
    const mean = this.#spentMs / this.#done;
    const left = [...this.#pending.keys()].reduce((sum, key) => sum + (this.#durations.get(key) ?? mean), 0);
    return Math.round((left * elapsed) / this.#spentMs);
  }

  /** Wall milliseconds since 1970: a session begins its own file of results. */
  #sessionBegan(): number {
    return statePlain(join(this.#runDir, liveResultsFile))?.madeMs ?? 0;
  }
}
