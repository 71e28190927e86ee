import { join } from 'node:path';
import { bytesOnDisk, namesIn } from '../../base/door/folders.ts';
import { isFolder, isPlain } from '../../base/door/read.ts';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { preparePacking } from '../attempt-archive.ts';
import { readAttemptFile } from '../attempt-files.ts';
import { isKeptSmall, keepAttempts } from '../keeping.ts';
import { archiveName } from '../open-archive.ts';
import { type PrunedFile, prunedName, readPruned } from '../pruned.ts';
import { jsonText, type RunFolder } from '../run-folder.ts';
import { storedResult } from '../run-results.ts';
import { type Removed, removeFromDisk } from './disk.ts';

/** What an attempt keeps whatever is pruned. */
const lasting: ReadonlySet<string> = new Set(['attempt.json', 'verdict.json', prunedName]);
/** What the mark of a pruned attempt takes on disk, bytes. */
const block = 4096;

/** What was done to a run, or would be. */
export interface Tidied {
  /** Passing attempts that were packed. */
  readonly packed: number;
  /** Files and folders that were left by processes that were killed. */
  readonly leftovers: number;
  /** Contents in `inputs/` that no attempt refers to any more. */
  readonly inputs: number;
  /** Bytes on disk. */
  readonly freed: number;
  /** Passing attempts with artifacts, and what they take on disk after that, bytes. */
  readonly passing: readonly PassingAttempt[];
}

interface PassingAttempt {
  readonly dir: string;
  readonly bytes: number;
}

/** Results of a run by what its attempts say now. */
export function resultsOf(folder: RunFolder): ScenarioResult[] {
  return folder.run.scenarios.flatMap((entry) => storedResult(folder, entry) ?? []);
}

/** Bytes that thinning these attempts frees, with the report that is made from them; where there are none, nothing is done. */
export function thinnableBytes(folder: RunFolder, passing: readonly PassingAttempt[]): number {
  if (passing.length === 0) return 0;
  const freed = passing.map(({ dir, bytes }) => Math.max(0, bytes - bytesThinned(dir)));
  return freed.reduce((sum, bytes) => sum + bytes, bytesOnDisk(join(folder.dir, 'report')));
}

/** The folder, its mark, and the two files that stay. */
function bytesThinned(dir: string): number {
  return ['attempt.json', 'verdict.json'].reduce((sum, name) => sum + bytesOnDisk(join(dir, name)), 2 * block);
}

/** Does what loses nothing: packs passes, ends what was begun, removes leftovers and inputs without use. The run is locked. */
export async function tidyRun(folder: RunFolder, results: readonly ScenarioResult[], dryRun: boolean): Promise<Tidied> {
  const passing: PassingAttempt[] = [];
  const removed = [removeLeftovers(folder.dir, dryRun)];
  let [packed, freed] = [0, 0];
  for (const result of results) {
    const dirs = result.attempts.map(({ attempt }) => folder.attemptDir({ ...result, attempt }));
    const before = dirs.map(bytesOnDisk);
    if (!dryRun) await keepAttempts(folder, result);
    for (const [at, dir] of dirs.entries()) {
      if (readPruned(dir) !== undefined) removed.push(removeFromDisk(artifactsOf(dir), dryRun));
      else if (isKeptSmall(result) && isPlain(join(dir, 'attempt.json'))) {
        const bytes = dryRun ? await bytesPacked(dir) : bytesOnDisk(dir);
        const less = (before[at] ?? 0) - bytes;
        if (less > 0) packed += 1;
        freed += less;
        passing.push({ dir, bytes });
      }
    }
  }
  const inputs = removeUnusedInputs(folder.dir, new Set(), dryRun);
  const leftovers = removed.reduce((sum, { count }) => sum + count, 0);
  freed = [...removed, inputs].reduce((sum, { bytes }) => sum + bytes, freed);
  return { packed, leftovers, inputs: inputs.count, freed, passing };
}

/**
 * Takes the artifacts of passing attempts, and the report, which is made again from what is left. Returns what became unused of
 * `inputs/`. The run is locked.
 */
export async function thinRun(
  folder: RunFolder,
  attempts: readonly string[],
  { mark, dryRun }: { readonly mark: PrunedFile; readonly dryRun: boolean },
): Promise<Removed> {
  if (attempts.length > 0) removeFromDisk([join(folder.dir, 'report')], dryRun);
  for (const dir of attempts) {
    // The mark first: whoever finds it takes nothing of what is still there for all there was.
    if (!dryRun) writePlain(join(dir, prunedName), jsonText(mark), { durable: true });
    removeFromDisk(artifactsOf(dir), dryRun);
  }
  return removeUnusedInputs(folder.dir, new Set(attempts), dryRun);
}

/** Folders of the attempts that a run can do without and still has: of tests that passed, in every attempt. */
export function passingAttempts(folder: RunFolder): string[] {
  const small = resultsOf(folder).filter(isKeptSmall);
  const dirs = small.flatMap((result) =>
    result.attempts.map(({ attempt }) => folder.attemptDir({ ...result, attempt })),
  );
  return dirs.filter((dir) => readPruned(dir) === undefined && isPlain(join(dir, 'attempt.json')));
}

function artifactsOf(attemptDir: string): string[] {
  const names = namesIn(attemptDir).filter((name) => !lasting.has(name));
  return names.map((name) => join(attemptDir, name));
}

/** What an attempt would take on disk when it is packed. */
async function bytesPacked(attemptDir: string): Promise<number> {
  const now = bytesOnDisk(attemptDir);
  try {
    const { plain, archive } = await preparePacking(attemptDir);
    if (plain.length === 0 && archive === undefined) return now;
    const stays = ['attempt.json', 'verdict.json'].reduce(
      (sum, name) => sum + bytesOnDisk(join(attemptDir, name)),
      block,
    );
    const whole = archive === undefined ? bytesOnDisk(join(attemptDir, archiveName)) : archive.length;
    return stays + Math.ceil(whole / block) * block;
  } catch (error) {
    if (error instanceof EspalierError) return now;
    throw error;
  }
}

/** What `writeAtomic` and its like leave where they are killed. */
const temporary = /\.\d+-[0-9a-f]{8}\.tmp$/;

/** Working folders of labs, and halves of files. */
function removeLeftovers(runDir: string, dryRun: boolean): Removed {
  const attempts = attemptDirs(runDir);
  const halves = [runDir, join(runDir, 'inputs'), ...attempts, ...attempts.map((dir) => join(dir, 'derived'))]
    .flatMap((dir) => namesIn(dir).map((name) => join(dir, name)))
    .filter((path) => temporary.test(path));
  const labs = attempts.map((dir) => join(dir, 'lab')).filter(isFolder);
  return removeFromDisk([...halves, ...labs], dryRun);
}

/** Folders of all attempts of a run, whatever is in them. */
function attemptDirs(runDir: string): string[] {
  const below = (dir: string): string[] => namesIn(dir).map((name) => join(dir, name));
  const scenarios = below(join(runDir, 'attempts')).flatMap(below);
  return scenarios.flatMap(below).filter((dir) => /\/\d{1,6}$/.test(dir));
}

/** Removes contents that no attempt with artifacts names, those in `gone` aside. Where one cannot be read, all stay. */
function removeUnusedInputs(runDir: string, gone: ReadonlySet<string>, dryRun: boolean): Removed {
  const used = new Set<string>();
  try {
    for (const dir of attemptDirs(runDir)) {
      if (gone.has(dir) || readPruned(dir) !== undefined) continue;
      const text = readAttemptFile(dir, 'scenario.json')?.toString('latin1') ?? '';
      for (const [hash] of text.matchAll(/[0-9a-f]{64}/g)) used.add(hash);
    }
  } catch (error) {
    if (error instanceof EspalierError) return { count: 0, bytes: 0 };
    throw error;
  }
  const inputs = join(runDir, 'inputs');
  const unused = namesIn(inputs).filter((name) => /^[0-9a-f]{64}$/.test(name) && !used.has(name));
  return removeFromDisk(
    unused.map((name) => join(inputs, name)),
    dryRun,
  );
}
