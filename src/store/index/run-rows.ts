import { join } from 'node:path';
import { filesBelow } from '../../base/door/folders.ts';
import { isThere, readPlainJson, statePlain } from '../../base/door/read.ts';
import { describeError, EspalierError } from '../../base/errors.ts';
import type { IndexedResult, IndexedRun, TestedInputs } from '../../model/past-results.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { indexedResultsSchema } from '../../model/results.ts';
import { categoriesOf } from '../../results/categories.ts';
import { readLiveResults } from '../live-results.ts';
import { RunFolder } from '../run-folder.ts';
import { rebuildResults } from '../run-results.ts';

/** What the index stores of a run folder. */
export interface RunRows {
  readonly run: IndexedRun;
  readonly results: readonly IndexedResult[];
}

/**
 * State of the files that results are read from. It changes whenever they do: at the end of a session, when a run is judged
 * again, with every result of a run that is going on. Never throws: what cannot be read is a state too.
 */
export function stampOf(runDir: string): string {
  try {
    return stateOf(runDir);
  } catch (error) {
    return `unreadable: ${describeError(error)}`;
  }
}

function stateOf(runDir: string): string {
  const [ended, live] = ['results.json', 'results.jsonl'].map((name) => statePlain(join(runDir, name)));
  if (ended !== undefined) return `ended ${ended.stamp}`;
  return live === undefined
    ? `attempts ${countVerdicts(join(runDir, 'attempts'))}`
    : `live ${live.inode} ${live.bytes}`;
}

function countVerdicts(attempts: string): number {
  return filesBelow(attempts).files.filter((file) => file.endsWith('/verdict.json')).length;
}

/** Reads a run folder for the index. */
export function readRun(runs: string, id: string): RunRows {
  const folder = RunFolder.open(join(runs, id));
  const { run } = folder;
  const { results, complete } = resultsOf(folder);
  return {
    run: {
      id,
      started: run.started,
      espalier: run.espalier,
      command: run.command.join(' '),
      scenarios: run.scenarios.length,
      complete,
    },
    results: results.map((result) => rowOf(folder, result)),
  };
}

interface StoredResult
  extends Pick<ScenarioResult, 'suite' | 'name' | 'word' | 'upstream' | 'expected' | 'passesOnlyAdapted' | 'attempts'> {
  readonly issues: readonly { readonly kind: string }[];
}

/** From what a session wrote; where that is missing or damaged, from the attempts themselves. */
function resultsOf(folder: RunFolder): { readonly results: readonly StoredResult[]; readonly complete: boolean } {
  const ended = join(folder.dir, 'results.json');
  if (!isThere(ended)) {
    const results = readLiveResults(folder.dir)?.results;
    return results === undefined ? rebuildResults(folder) : { results, complete: false };
  }
  try {
    return readPlainJson(ended, indexedResultsSchema);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return rebuildResults(folder);
  }
}

function rowOf(folder: RunFolder, result: StoredResult): IndexedResult {
  const last = result.attempts.at(-1);
  const file = last && folder.attemptFile({ ...result, attempt: last.attempt });
  const { seed: _, ...inputs } = file?.inputs ?? {};
  return {
    suite: result.suite,
    name: result.name,
    word: result.word,
    upstream: result.upstream,
    expected: result.expected,
    adapted: result.passesOnlyAdapted,
    categories: categoriesOf(result),
    attempts: result.attempts.length,
    ...(last?.seed !== undefined && { seed: last.seed }),
    ...(last?.time && {
      wallMs: last.time.wallMs,
      cpuMs: last.time.labCpuMs,
      virtualNs: last.time.virtualNs,
    }),
    ...(file?.cost && { cost: file.cost }),
    ...(file && { inputs: inputs as TestedInputs }),
  };
}
