import { availableParallelism } from 'node:os';
import { describeError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import { labsAtOnce } from '../../lab/machine.ts';
import { makeReporters } from '../../report/all.ts';
import type { Reporters, Sink } from '../../report/reporter.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { readDurations } from '../../store/records-of-runs.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { finishSession } from '../finish.ts';
import { listingText, NothingSelected, selectScenarios } from '../listing.ts';
import { LocalExecutor, type LocalInputs } from '../local/executor.ts';
import { openSettings, openSuites, openSupply } from '../local/open.ts';
import { wholeNumber } from '../option-values.ts';
import { parseRunOptions, type RawRunOptions } from '../options.ts';
import { refuseOtherInputs } from '../resume-inputs.ts';
import { runSession } from '../session.ts';
import { createRun, parseSelection, refuseWithResume } from '../start.ts';
import { refuseUntrusted } from '../trust.ts';

/** `espalier run`; returns the exit code. `given` are the options that stood on the command line. */
export async function runCommand(
  selectors: readonly string[],
  raw: RawRunOptions,
  given: readonly string[],
): Promise<number> {
  try {
    if (raw.resume === undefined) return await newRun(selectors, raw);
    refuseWithResume(selectors, given);
    return await resumedRun(raw.resume, raw);
  } catch (error) {
    if (!(error instanceof NothingSelected)) throw error;
    process.stderr.write(`espalier: ${describeError(error)}\n`);
    return 1;
  }
}

async function newRun(selectors: readonly string[], raw: RawRunOptions): Promise<number> {
  const runs = runsDir(raw.output);
  const { selection, names, paths } = await parseSelection(selectors, raw, runs);
  const options = { ...parseRunOptions(raw), ...(Object.keys(paths).length > 0 && { paths }) };
  const supply = openSupply(options, interruption());
  const suites = await openSuites(names, options, supply);
  const scenarios = await selectScenarios(suites.values(), selection);
  if (raw.list) {
    process.stdout.write(listingText(scenarios, paths));
    return 0;
  }
  const settings = await openSettings(options, supply);
  const command = ['espalier', ...process.argv.slice(2)];
  const invocation = { raw, runs, reporters: reportersOf(raw) };
  return runFolder(createRun({ runs, scenarios, options, command }), { suites, settings }, invocation);
}

async function resumedRun(run: string, raw: RawRunOptions): Promise<number> {
  const runs = runsDir(raw.output);
  const invocation = { raw, runs, reporters: reportersOf(raw) };
  const folder = RunFolder.open(findRun(run, runs));
  await refuseUntrusted(folder, raw.trust);
  const { options, scenarios } = folder.run;
  const supply = openSupply(options, interruption());
  const settings = await openSettings(options, supply);
  const suites = await openSuites([...new Set(scenarios.map(({ suite }) => suite))], options, supply);
  return runFolder(folder, { suites, settings }, invocation);
}

interface Invocation {
  readonly raw: RawRunOptions;
  readonly runs: string;
  readonly reporters: Reporters;
}

/** Runs what a run's folder still lacks. */
async function runFolder(
  folder: RunFolder,
  parts: Pick<LocalInputs, 'suites' | 'settings'>,
  { raw, runs, reporters }: Invocation,
): Promise<number> {
  using _lock = await lockRun(folder.dir, 'run');
  const jobs = raw.jobs === undefined ? undefined : wholeNumber('--jobs', raw.jobs, 1);
  const most = raw.x ? '1' : raw.maxFailures;
  const maxFailures = most === undefined ? undefined : wholeNumber('--max-failures', most, 1);
  using executor = new LocalExecutor({ folder, ...parts, slots: labsAtOnce(jobs) });
  if (raw.resume !== undefined) await refuseOtherInputs(folder, executor);
  const end = await runSession({
    folder,
    executor,
    judges: availableParallelism(),
    durations: readDurations(runs),
    reporters,
    maxFailures,
    signal: interruption(),
  });
  if (end.interrupted) say('stopped on request');
  return finishSession({ folder, runs, end, reporters });
}

function reportersOf({ reporter }: RawRunOptions): Reporters {
  const byDefault = process.stdout.isTTY && process.env.CI === undefined ? 'list' : 'dot';
  return makeReporters(reporter?.split(',') ?? [byDefault], standardOutput());
}

/** Standard output as reporters see it. A closed pipe (`| head`) is no trouble. */
export function standardOutput(): Sink {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => {
      process.stdout.write(text);
    },
    terminal: process.stdout.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb',
    columns: process.stdout.columns ?? 100,
  };
}
