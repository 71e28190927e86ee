import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import type { AttemptFile, AttemptInputs } from '../../model/attempt.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { inputDifferences } from '../../results/input-differences.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { writePages } from '../finish.ts';
import { selectScenarios } from '../listing.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { runAlone } from '../run-alone.ts';
import { parseSelection } from '../selected.ts';
import { createRun } from '../start.ts';

/** The test at one commit: an ordinary run of one scenario. */
export interface Trial {
  readonly commit: string;
  readonly folder: RunFolder;
  readonly result: ScenarioResult;
  /** Wall time of build, lab and judging. */
  readonly ms: number;
}

/** How commits are tried. */
export interface TrialPlan {
  /** `SUITE:NAME`. */
  readonly test: string;
  readonly runs: string;
  /** Options of a run at a commit. */
  readonly at: (commit: string) => RawRunOptions;
  /** Inputs that the commits change, by the first words of `InputDifference.what`. */
  readonly varies: readonly string[];
}

/** Tries commits, each once. */
export class Trials {
  readonly #plan: TrialPlan;
  readonly #done = new Map<string, Trial>();
  #inputs: AttemptInputs | undefined;

  constructor(plan: TrialPlan) {
    this.#plan = plan;
  }

  get count(): number {
    return this.#done.size;
  }

  /** Mean wall time of those that were made; ms. */
  get meanMs(): number {
    const all = [...this.#done.values()];
    return all.reduce((sum, { ms }) => sum + ms, 0) / Math.max(1, all.length);
  }

  /** Throws `Untestable` where the commit does not build, and `cancelled` where the person stops it. */
  async at(commit: string): Promise<Trial> {
    const known = this.#done.get(commit);
    if (known !== undefined) return known;
    const trial = await this.#make(commit);
    this.#done.set(commit, trial);
    return trial;
  }

  async #make(commit: string): Promise<Trial> {
    const { test, runs, at } = this.#plan;
    const started = performance.now();
    const raw = at(commit);
    const { selection, names, paths } = await parseSelection([test], raw, runs);
    const options = { ...parseRunOptions(raw), ...(Object.keys(paths).length > 0 && { paths }) };
    const supply = openSupply(options, interruption());
    const opened = await openSuites(names, options, supply);
    const listed = await selectScenarios(opened.values(), selection);
    if (listed.length > 1) {
      const remedy = 'name one with SUITE:NAME';
      throw new EspalierError('usage', `${test} means ${listed.length} tests, and one is followed`, { remedy });
    }
    const settings = await openSettings(names, options, supply);
    const suites = await overSources(opened, { options, supply, sources: settings.sources });
    const scenarios = suites === opened ? listed : await selectScenarios(suites.values(), selection);
    const folder = createRun({ runs, scenarios, options, command: ['espalier', ...process.argv.slice(2)] });
    using _lock = await lockRun(folder.dir, 'run');
    const end = await runAlone(folder, suites, settings);
    if (end.interrupted) throw new EspalierError('cancelled', 'stopped on request');
    const [result] = end.results.results;
    if (end.trouble || result === undefined) {
      const detail = { file: folder.dir, output: result?.issues[0]?.message ?? '' };
      throw new EspalierError(
        'infrastructure',
        `the lab of ${commit.slice(0, 12)} met trouble on this machine`,
        detail,
      );
    }
    for (const { file } of folder.judged(folder.run.scenarios[0] ?? result)) this.#refuseOtherInputs(file);
    writePages(folder, end.results, { extent: 'full' });
    return { commit, folder, result, ms: performance.now() - started };
  }

  /** All but what the commits change must be one: else a verdict follows from something else. */
  #refuseOtherInputs(file: AttemptFile | undefined): void {
    if (file === undefined) return;
    this.#inputs ??= file.inputs;
    const { varies } = this.#plan;
    const [other] = inputDifferences(this.#inputs, file.inputs).filter(
      ({ what }) => !varies.some((prefix) => what.startsWith(prefix)),
    );
    if (other === undefined) return;
    const { what, stored, present } = other;
    throw new EspalierError('infrastructure', `the ${what} changed during the search: ${stored}, now ${present}`, {
      remedy: 'start again when nobody changes it',
    });
  }
}
