import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EspalierError } from '../../base/errors.ts';
import { withLock } from '../../base/folders.ts';
import { say, warn } from '../../base/log.ts';
import { RunIndex } from './run-index.ts';
import { readRun, runIds, stampOf } from './run-rows.ts';
import { indexVersion, makeTables, versionOf } from './schema.ts';

/** File of the index in a folder of runs; SQLite keeps `-wal` and `-shm` beside it while it is open. */
export const indexFile = 'index.sqlite';

/** How long a process waits for another one's transaction; they take milliseconds. */
const patienceMs = 30_000;

/** SQLite's codes for files that are not, or no longer, a database: SQLITE_CORRUPT, SQLITE_NOTADB. */
const damageCodes: readonly unknown[] = [11, 26];

/** The index cannot be used as it is, and can be made again. */
class Unusable {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/**
 * Opens the index of a folder of runs, brings it up to what the folders hold, and passes it to `body`. A missing, older
 * or damaged one is made again, with one line said about it. Raises an `infrastructure` error for one of a newer Espalier.
 */
export async function withIndex<T>(runs: string, body: (index: RunIndex) => T): Promise<T> {
  try {
    return use(runs, body);
  } catch (error) {
    const { why } = unusable(error);
    say(`the index of ${runs} ${why}: it is made again from ${runIds(runs).length} runs`);
    await removeIndex(runs);
    return use(runs, body, 'told');
  }
}

/** Makes the index again from the files alone. Returns how many runs it holds. */
export async function remakeIndex(runs: string): Promise<number> {
  await removeIndex(runs);
  return use(runs, (index) => index.runs().length, 'told');
}

function unusable(error: unknown): Unusable {
  if (error instanceof Unusable) return error;
  const { errcode, message } = error as { errcode?: unknown; message: string };
  if (damageCodes.includes(errcode)) return new Unusable(`is damaged (${message})`);
  throw error;
}

function use<T>(runs: string, body: (index: RunIndex) => T, anew?: 'told'): T {
  const path = isWritable(runs) ? join(runs, indexFile) : ':memory:';
  const database = new DatabaseSync(path, { timeout: patienceMs });
  try {
    // Readers go on while one process writes. What the last second wrote may be lost with the machine, never with a process.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const isNew = prepare(database, path) && anew === undefined;
    const index = new RunIndex(database);
    bringUp(runs, index, isNew);
    return body(index);
  } finally {
    database.close();
  }
}

/** In a folder that only others may write to, an index lives as long as the command. */
function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** True where the database had no tables. They are counted first: tables and version come in one transaction. */
function prepare(database: DatabaseSync, path: string): boolean {
  const tables = database.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE type = 'table'").get();
  const version = versionOf(database);
  if (version === indexVersion) return false;
  if (version > indexVersion) {
    const remedy = 'use that Espalier, or another folder for runs (--output)';
    throw new EspalierError('infrastructure', 'was written by a newer Espalier', { file: path, remedy });
  }
  if (Number(tables?.count) > 0) throw new Unusable('is of an older Espalier');
  makeTables(database);
  return true;
}

/** Reads the runs whose files are not what the index knows. One that cannot be read costs a warning. */
function bringUp(runs: string, index: RunIndex, isNew: boolean): void {
  const stamps = index.stamps();
  const present = runIds(runs);
  const changed = present.filter((id) => stamps.get(id) !== stampOf(join(runs, id)));
  // The first run of a folder needs no word.
  if (isNew && changed.length > 1) say(`the index of ${runs} is made from ${changed.length} runs`);
  for (const id of changed) {
    try {
      // Before the files are read: what comes in between is found next time.
      const stamp = stampOf(join(runs, id));
      index.put(readRun(runs, id), stamp);
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      warn(`run ${id} is not in the index: ${error.detail.file ?? join(runs, id)}: ${error.message}`);
    }
  }
  const there = new Set(present);
  index.remove([...stamps.keys()].filter((id) => !there.has(id)));
}

/** One process at a time; whoever comes second removes what the first has made, which costs time only. */
async function removeIndex(runs: string): Promise<void> {
  if (!existsSync(join(runs, indexFile))) return;
  await withLock(join(runs, '.index.lock'), async () => {
    for (const ending of ['', '-wal', '-shm']) rmSync(join(runs, `${indexFile}${ending}`), { force: true });
  });
}
