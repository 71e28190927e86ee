import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '../../src/base/deadline.ts';
import { makePattern } from './pattern.ts';
import { canary } from './planted.ts';
import { type Batch, nothing, type Word } from './runs-batch.ts';
import { makeTemplates } from './templates.ts';
import { withTraps } from './traps.ts';

/** How much, and how long one command may take. */
export interface Fuzzing {
  readonly count: number;
  readonly seed: string;
  readonly jobs: number;
  /** Runs of one folder. */
  readonly batch: number;
  readonly limitMs: number;
  /** Number of the first batch: `--first` tries one again. */
  readonly first?: number;
  readonly say?: (line: string) => void;
}

/** What came of it. */
export interface Fuzzed {
  runs: number;
  /** Attempts that were left alone beside damaged ones. */
  kept: number;
  /** Commands that make what a run names and were not refused: what they go on to do was tried too. */
  wentOn: number;
  /** False where a file system notes no reads, so that a file that was read was not noticed. */
  seesReads: boolean;
  /** Why only planted files were watched; `undefined`: other places of the machine were too. */
  readonly unwatched: string | undefined;
  /** Most memory of one process. */
  peakMiB: number;
  readonly problems: string[];
}

/** Visits so many spoiled runs, in processes of their own. */
export async function fuzzRuns({ count, seed, jobs, batch, limitMs, first = 0, say }: Fuzzing): Promise<Fuzzed> {
  const work = mkdtempSync(join(tmpdir(), 'espalier-fuzz-'));
  const unwatched = withTraps('true', [], canary).why;
  const found: Fuzzed = { unwatched, runs: 0, kept: 0, wentOn: 0, seesReads: true, peakMiB: 0, problems: [] };
  try {
    const pattern = await makePattern(work);
    const templates = await makeTemplates(join(work, 'templates'));
    const batches = Array.from({ length: Math.ceil(count / batch) }, (_, at) => first + at).values();
    const worker = async (): Promise<void> => {
      for (const at of batches) {
        const word = await visited({ work, pattern, templates, seed: `${seed}:${at}`, size: batch }, limitMs);
        found.runs += word.runs;
        found.kept += word.kept;
        found.wentOn += word.wentOn;
        found.seesReads &&= word.seesReads;
        found.peakMiB = Math.max(found.peakMiB, word.peakMiB);
        found.problems.push(...word.problems);
        for (const problem of word.problems) say?.(problem);
        say?.(`${found.runs} of ${count}, peak ${found.peakMiB} MiB, ${found.problems.length} problems`);
      }
    };
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return found;
}

type Result = Extract<Word, { readonly runs: number }>;

/** One batch in a process of its own, whose peak of memory is then its own as well. */
async function visited(batch: Batch, limitMs: number): Promise<Result> {
  const env = {
    ...process.env,
    ESPALIER_CACHE: join(batch.work, 'cache'),
    XDG_STATE_HOME: batch.pattern.state,
    CI: '1',
  };
  const trapped = withTraps(process.execPath, ['--expose-gc', join(import.meta.dirname, 'runs-worker.ts')], canary);
  const child = spawn(trapped.command, trapped.args, {
    env: { ...env, ...trapped.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { promise, resolve } = Promise.withResolvers<Result>();
  let doing = 'starting';
  const failed = (why: string): void => resolve({ ...nothing, problems: [`${batch.seed}: ${why}: ${doing}`] });
  let clock = deadline(6 * limitMs, () => failed('hangs'));
  child.on('message', (message) => {
    const word = message as Word;
    clock.stop();
    if ('runs' in word) resolve(word);
    else {
      doing = word.doing;
      clock = deadline(limitMs, () => failed('takes too long'));
    }
  });
  child.once('exit', (code, signal) => failed(`ended with ${code ?? signal}`));
  child.send(batch);
  try {
    return await promise;
  } finally {
    clock.stop();
    child.kill('SIGKILL');
  }
}
