import { randomBytes } from 'node:crypto';
import { realRoot } from '../base/door/handle.ts';
import { readPlainText } from '../base/door/read.ts';
import { EspalierError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { describeMachine } from '../lab/machine.ts';
import type { RunOptions } from '../model/run.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { findRun } from '../store/layout.ts';
import { jsonText, RunFolder, readBaseline } from '../store/run-folder.ts';
import { rebuildResults } from '../store/run-results.ts';

/** What a new run is made from. */
export interface NewRun {
  readonly runs: string;
  readonly scenarios: readonly ScenarioEntry[];
  readonly options: RunOptions;
  /** The command line, for the record. */
  readonly command: readonly string[];
  /** Id of the run that an attempt of is replayed. */
  readonly replayOf?: string;
}

/** Makes the folder of a new run. */
export function createRun({ runs, scenarios, options, command, replayOf }: NewRun): RunFolder {
  const now = new Date();
  const stamp = now.toISOString().slice(0, 23).replace('T', '_').replace(/[:.]/g, '-');
  const baseline = options.baseline === undefined ? undefined : baselineText(options.baseline, runs);
  const run = {
    version: 1 as const,
    id: `${stamp}_${randomBytes(2).toString('hex')}`,
    started: now.toISOString(),
    espalier: version(),
    command: [...command],
    options,
    ...(replayOf !== undefined && { replayOf }),
    machine: describeMachine(),
    scenarios: scenarios.map((entry) => ({ ...entry, hosts: [...entry.hosts] })),
  };
  return RunFolder.create(runs, run, baseline);
}

/** A run's results, or a `results.json` somebody kept. */
function baselineText(word: string, runs: string): string {
  if (word.endsWith('.json')) {
    const file = realRoot(word);
    readBaseline(file);
    return readPlainText(file) ?? '';
  }
  return jsonText(rebuildResults(RunFolder.open(findRun(word, runs))));
}

/** Refuses options that would make the rest of a run another run. */
export function refuseWithResume(selectors: readonly string[], given: readonly string[]): void {
  const allowed = [
    'resume',
    'attach',
    'farm',
    'farmLabels',
    'spread',
    'detach',
    'output',
    'reporter',
    'jobs',
    'maxFailures',
    'x',
    'trust',
    'bisectExit',
    'failedFirst',
  ];
  const refused = given.filter((option) => !allowed.includes(option));
  if (selectors.length === 0 && refused.length === 0) return;
  const what = [...selectors, ...refused.map((option) => `--${kebab(option)}`)].join(', ');
  throw new EspalierError('usage', `--resume continues the run as it was started; ${what} cannot be combined with it`);
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
