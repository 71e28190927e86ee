import { availableParallelism } from 'node:os';
import { describeError, EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import type { AttemptSettings } from '../../lab/attempt.ts';
import { labsAtOnce } from '../../lab/machine.ts';
import type { LabSupply } from '../../lab/supply.ts';
import type { RunOptions } from '../../model/run.ts';
import type { ScenarioEntry } from '../../model/scenario.ts';
import type { Suite } from '../../model/suite.ts';
import { makeReporters } from '../../report/all.ts';
import type { Reporters, Sink } from '../../report/reporter.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { readDurations, readLastFailed } from '../../store/records-of-runs.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { bisectExit } from '../bisect/exit-code.ts';
import type { Executor } from '../executor.ts';
import { failedFirst } from '../failed-first.ts';
import type { FarmOfRun } from '../farm/run-on-farm.ts';
import { readFaults } from '../fault-plan.ts';
import { finishSession } from '../finish.ts';
import { inputsNow, type RunParts } from '../inputs-now.ts';
import { NoSuite, NothingSelected, selectScenarios } from '../listing.ts';
import { LocalExecutor } from '../local/executor.ts';
import { openSettings, openSuites, openSupply, overSources } from '../local/open.ts';
import { wholeNumber } from '../option-values.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { refuseOtherInputs } from '../resume-inputs.ts';
import { parseSelection } from '../selected.ts';
import { runSession } from '../session.ts';
import { createRun, refuseWithResume } from '../start.ts';
import { refuseUntrusted } from '../trust.ts';

/** `espalier run`; returns the exit code. `given` are the options that stood on the command line. */
export async function runCommand(
  selectors: readonly string[],
  raw: RawRunOptions,
  given: readonly string[],
): Promise<number> {
  if (raw.bisectExit && raw.detach) {
    throw new EspalierError('usage', '--bisect-exit says what the tests came to, and none would be run');
  }
  try {
    const resumed = raw.resume ?? raw.attach;
    if (resumed === undefined) return await newRun(selectors, raw);
    refuseWithResume(selectors, given);
    return await resumedRun(resumed, raw);
  } catch (error) {
    if (!(error instanceof NothingSelected)) throw error;
    process.stderr.write(`espalier: ${describeError(error)}\n`);
    if (!raw.bisectExit) return 1;
    return error instanceof NoSuite ? bisectExit.stop : bisectExit.skip;
  }
}

async function newRun(selectors: readonly string[], raw: RawRunOptions): Promise<number> {
  const runs = runsDir(raw.output);
  const { selection, names, paths } = await parseSelection(selectors, raw, runs);
  const options = {
    ...parseRunOptions(raw),
    ...readFaults(raw.faults),
    ...(Object.keys(paths).length > 0 && { paths }),
  };
  await using farm = await chosenFarm(raw);
  const supply = (farm?.openSupply ?? openSupply)(options, interruption());
  const opened = await openSuites(names, options, supply);
  const listed = await selectScenarios(opened.values(), selection);
  const needed = { suites: opened, scenarios: listed, ahead: farm === undefined };
  const settings = await settingsWithImages(options, supply, needed);
  const suites = await overSources(opened, { options, supply, sources: settings.sources });
  const scenarios = suites === opened ? listed : await selectScenarios(suites.values(), selection);
  const command = ['espalier', ...withoutCredentials(process.argv.slice(2))];
  const invocation = { raw, runs, reporters: reportersOf(raw), farm };
  // Awaited, since the farm is left at the end of this function.
  return await runFolder(createRun({ runs, scenarios, options, command }), { suites, settings }, invocation);
}

/** What a run will need first. */
interface Needed {
  readonly suites: ReadonlyMap<string, Suite>;
  readonly scenarios: readonly ScenarioEntry[];
  /** Make it while the kernel is made: its attempts are made here. */
  readonly ahead: boolean;
}

/** Makes the kernel, and what the first scenario of each suite boots from at the same time: either waits for the network and for one core at times. */
async function settingsWithImages(
  options: RunOptions,
  supply: LabSupply,
  { suites, scenarios, ahead }: Needed,
): Promise<AttemptSettings> {
  if (ahead) void loadFirst(suites, scenarios);
  try {
    return await openSettings([...suites.keys()], options, supply);
  } catch (error) {
    supply.cancel();
    throw error;
  }
}

/** Loads a scenario of each suite, which makes its images. What goes wrong is that scenario's own matter, and is reported when it is run. */
async function loadFirst(suites: ReadonlyMap<string, Suite>, scenarios: readonly ScenarioEntry[]): Promise<void> {
  for (const [name, suite] of suites) {
    const first = scenarios.find((entry) => entry.suite === name && canRun(entry));
    if (first !== undefined) await suite.load(first.name).catch(() => {});
  }
}

function canRun({ unsupported, broken }: ScenarioEntry): boolean {
  return unsupported === undefined && broken === undefined;
}

async function resumedRun(run: string, raw: RawRunOptions): Promise<number> {
  const runs = runsDir(raw.output);
  await using farm = await chosenFarm(raw);
  const invocation = { raw, runs, reporters: reportersOf(raw), farm };
  const folder = RunFolder.open(findRun(run, runs));
  await refuseUntrusted(folder, raw.trust);
  const { options, scenarios } = folder.run;
  const supply = (farm?.openSupply ?? openSupply)(options, interruption());
  const names = [...new Set(scenarios.map(({ suite }) => suite))];
  const settings = await openSettings(names, options, supply);
  const opened = await openSuites(names, options, supply);
  const suites = await overSources(opened, { options, supply, sources: settings.sources });
  return await runFolder(folder, { suites, settings }, invocation);
}

interface Invocation {
  readonly raw: RawRunOptions;
  readonly runs: string;
  readonly reporters: Reporters;
  /** Where the attempts are made, if not here. */
  readonly farm: FarmOfRun | undefined;
}

/** Runs what a run's folder still lacks. */
async function runFolder(
  folder: RunFolder,
  parts: RunParts,
  { raw, runs, reporters, farm }: Invocation,
): Promise<number> {
  using _lock = await lockRun(folder.dir, 'run');
  const jobs = raw.jobs === undefined ? undefined : wholeNumber('--jobs', raw.jobs, 1);
  const most = raw.x ? '1' : raw.maxFailures;
  const maxFailures = most === undefined ? undefined : wholeNumber('--max-failures', most, 1);
  const durations = readDurations(runs);
  if ((raw.resume ?? raw.attach) !== undefined) await refuseOtherInputs(folder, (entry) => inputsNow(parts, entry));
  const remote = await farm?.executor({ folder, ...parts, durations, again: raw.resume !== undefined });
  if (farm !== undefined && remote !== undefined && raw.detach) return farm.detach(folder, remote, interruption());
  using local = remote === undefined ? new LocalExecutor({ folder, ...parts, slots: labsAtOnce(jobs) }) : undefined;
  const executor = (remote ?? local) as Executor;
  const end = await runSession({
    folder,
    executor,
    judges: availableParallelism(),
    durations,
    ranks: raw.failedFirst
      ? failedFirst(folder.run.scenarios, readLastFailed(runs)?.keys ?? new Set(), durations)
      : undefined,
    reporters,
    maxFailures,
    signal: interruption(),
  });
  if (end.interrupted) say('stopped on request');
  const code = await finishSession({ folder, runs, end, reporters, bisect: raw.bisectExit === true });
  const known = farm?.exitCode(code) ?? code;
  // What a lost farm leaves is no verdict.
  return raw.bisectExit && known !== code ? bisectExit.stop : known;
}

/** The farm of a run: loaded only where one is named. */
async function chosenFarm(raw: RawRunOptions): Promise<FarmOfRun | undefined> {
  const address = raw.farm ?? process.env.ESPALIER_FARM;
  if (address !== undefined && address !== '') return (await import('../farm/run-on-farm.ts')).openFarmOfRun(raw);
  const needs = (['detach', 'spread', 'attach'] as const).find((name) => raw[name] !== undefined);
  if (needs === undefined) return undefined;
  throw new EspalierError('usage', `--${needs}: no farm is named`, { remedy: 'give --farm URL, or set ESPALIER_FARM' });
}

/** Words of a command line without what opens a farm: they are stored with the run. */
function withoutCredentials(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/^((?:--farm=)?https?:\/\/)[^/@\s]*@/, '$1'));
}

function reportersOf({ reporter }: RawRunOptions): Reporters {
  const byDefault = process.stdout.isTTY && process.env.CI === undefined ? 'list' : 'dot';
  return makeReporters(reporter?.split(',') ?? [byDefault], standardOutput());
}

/** Standard output as reporters see it. */
export function standardOutput(): Sink {
  return {
    write: (text) => {
      process.stdout.write(text);
    },
    terminal: process.stdout.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb',
    columns: process.stdout.columns ?? 100,
  };
}
