import { resolve } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import type { ScenarioEntry } from '../model/scenario.ts';
import { keyOf } from '../model/scenario.ts';
import { findRun, runsDir } from '../store/layout.ts';
import { readPruned } from '../store/pruned.ts';
import { RunFolder } from '../store/run-folder.ts';
import { wholeNumber } from './option-values.ts';
import { nearest, parseSelector } from './select.ts';

/** What chooses an attempt on a command line. */
export interface AttemptChoice {
  /** Its number; the last where it is left out. */
  readonly attempt?: string;
  /** Folder for runs. */
  readonly output?: string;
}

/** An attempt of a stored run whose lab is over. */
export interface StoredAttempt {
  readonly folder: RunFolder;
  readonly entry: ScenarioEntry;
  readonly attempt: number;
  readonly dir: string;
}

/** Finds what `RUN SUITE:NAME --attempt N` means. Raises a usage error that says what there is instead. */
export function findAttempt(run: string, test: string, choice: AttemptChoice): StoredAttempt {
  const folder = RunFolder.open(findRun(run, runsDir(choice.output)));
  const wanted = keyIn(folder, test);
  const entry = folder.run.scenarios.find((one) => keyOf(one) === wanted);
  if (entry === undefined) {
    const near = nearest(test, folder.run.scenarios.map(keyOf));
    throw new EspalierError('usage', `run ${folder.run.id} has no test ${test}`, {
      remedy: near === undefined ? 'give SUITE:NAME' : `did you mean ${near}?`,
    });
  }
  const finished = folder.finished(entry);
  const number = choice.attempt === undefined ? undefined : wholeNumber('--attempt', choice.attempt, 0);
  const found = number === undefined ? finished.at(-1) : finished.find(({ attempt }) => attempt === number);
  if (found !== undefined) return { folder, entry, ...found };
  const numbers = finished.map(({ attempt }) => attempt).join(', ');
  const have = finished.length === 0 ? 'none of its labs came to an end' : `its attempts are ${numbers}`;
  throw new EspalierError('usage', `${test} of run ${folder.run.id} has no such attempt: ${have}`);
}

/** A test's key in a run; its suite may be given by path too, as it was to `espalier run`. */
function keyIn({ run }: RunFolder, test: string): string {
  const { suite, name } = parseSelector(test);
  const known = Object.entries(run.options.paths ?? {}).find(([, path]) => path === resolve(suite));
  return known === undefined ? test : keyOf({ suite: known[0], name });
}

/** Raises a usage error for an attempt that was pruned: there is nothing to be read of it. */
export function refusePruned({ folder, entry, attempt, dir }: StoredAttempt, remedy: string): void {
  const pruned = readPruned(dir);
  if (pruned === undefined) return;
  const what = `attempt ${attempt} of ${keyOf(entry)}, run ${folder.run.id}`;
  throw new EspalierError('usage', `${what}, was ${pruned.text}`, { remedy });
}
