import { availableParallelism } from 'node:os';
import { describeError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import type { AttemptSettings } from '../../lab/attempt.ts';
import type { Capacity } from '../../lab/choose.ts';
import { memoryForLabs } from '../../lab/machine.ts';
import { killAllLabs } from '../../lab/substrate/lifecycle.ts';
import { makeReporters } from '../../report/all.ts';
import type { Reporters, Sink } from '../../report/reporter.ts';
import { findRun, runsDir } from '../../store/layout.ts';
import { readDurations } from '../../store/records-of-runs.ts';
import { RunFolder } from '../../store/run-folder.ts';
import { lockRun } from '../../store/run-lock.ts';
import { suites as knownSuites } from '../../suites/all.ts';
import { finishSession } from '../finish.ts';
import { checkSuiteNames, listingText, NothingSelected, selectScenarios } from '../listing.ts';
import { openJudging, openSettings } from '../open.ts';
import { parseRunOptions, type RawRunOptions, suitesOf, wholeNumber } from '../options.ts';
import { refuseOtherInputs } from '../resume-inputs.ts';
import { runSession } from '../session.ts';
import { createRun, parseSelection, refuseWithResume } from '../start.ts';

/** `espalier run`; returns the exit code. `given` are the options that stood on the command line. */
export async function runCommand(
  selectors: readonly string[],
  raw: RawRunOptions,
  given: readonly string[],
): Promise<number> {
  try {
    if (raw.resume !== undefined) {
      refuseWithResume(selectors, given);
      const runs = runsDir(raw.output);
      const invocation = { raw, runs, reporters: reportersOf(raw) };
      const folder = RunFolder.open(findRun(raw.resume, runs));
      return await runFolder(folder, await openSettings(folder.run.options, interruption()), invocation);
    }
    return await newRun(selectors, raw);
  } catch (error) {
    if (!(error instanceof NothingSelected)) throw error;
    process.stderr.write(`espalier: ${describeError(error)}\n`);
    return 1;
  } finally {
    killAllLabs();
  }
}

async function newRun(selectors: readonly string[], raw: RawRunOptions): Promise<number> {
  const runs = runsDir(raw.output);
  const options = parseRunOptions(raw);
  const selection = parseSelection(selectors, raw, runs);
  const names = suitesOf(selection.selectors);
  checkSuiteNames(
    names,
    knownSuites.map(({ name }) => name),
  );
  const { suites } = await openJudging(names, options, interruption());
  const scenarios = await selectScenarios(suites.values(), selection);
  if (raw.list) {
    process.stdout.write(listingText(scenarios));
    return 0;
  }
  const settings = await openSettings(options, interruption());
  const command = ['espalier', ...process.argv.slice(2)];
  const invocation = { raw, runs, reporters: reportersOf(raw) };
  return runFolder(createRun({ runs, scenarios, options, command }), settings, invocation);
}

interface Invocation {
  readonly raw: RawRunOptions;
  readonly runs: string;
  readonly reporters: Reporters;
}

/** Runs what a run's folder still lacks. */
async function runFolder(
  folder: RunFolder,
  settings: AttemptSettings,
  { raw, runs, reporters }: Invocation,
): Promise<number> {
  const signal = interruption();
  using _lock = await lockRun(folder.dir, 'run');
  const { options, scenarios } = folder.run;
  const judging = await openJudging([...new Set(scenarios.map(({ suite }) => suite))], options, signal);
  if (raw.resume !== undefined) await refuseOtherInputs(folder, judging.suites, settings);
  const cores = availableParallelism();
  const slots = raw.jobs === undefined ? cores : wholeNumber('--jobs', raw.jobs, 1);
  const capacity: Capacity = { slots, memory: memoryForLabs(), backlog: 2 * slots };
  const durations = readDurations(runs);
  const most = raw.x ? '1' : raw.maxFailures;
  const maxFailures = most === undefined ? undefined : wholeNumber('--max-failures', most, 1);
  const parts = { folder, judging, settings, capacity, judges: cores, durations, reporters, maxFailures, signal };
  const end = await runSession(parts);
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
