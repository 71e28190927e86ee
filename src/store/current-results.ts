import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../base/errors.ts';
import { readJson } from '../base/files.ts';
import { type Results, resultsSchema } from '../model/results.ts';
import { summarize } from '../results/results.ts';
import { readLiveResults } from './live-results.ts';
import type { RunFolder } from './run-folder.ts';
import { seemsInUse } from './run-lock.ts';

/** No session has ended the run, and one is at it. A run whose session was killed is not going on. */
export function isGoingOn(runDir: string): boolean {
  return !hasEnded(runDir) && seemsInUse(runDir);
}

function hasEnded(runDir: string): boolean {
  return existsSync(join(runDir, 'results.json'));
}

/** Results of a run as they stand: as its last session wrote them, as they come, else from its attempts. */
export function currentResults(folder: RunFolder): Results {
  if (!hasEnded(folder.dir)) {
    const live = readLiveResults(folder.dir);
    return live === undefined ? folder.rebuild() : summarize(folder.run.id, folder.run.scenarios, live.results);
  }
  try {
    return readJson(join(folder.dir, 'results.json'), resultsSchema);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return folder.rebuild();
  }
}
