import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { removeTree } from '../../base/door/folders.ts';
import { lockPlain } from '../../base/door/lock.ts';
import { isThere, openPlain } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { say, warn } from '../../base/log.ts';
import { runIds } from '../layout.ts';
import { RunIndex } from './run-index.ts';
import { readRun, stampOf } from './run-rows.ts';
import { hasOurTables, indexVersion, makeTables, versionOf } from './schema.ts';

/** File of the index in a folder of runs; SQLite keeps `-wal` and `-shm` beside it while it is open. */
export const indexFile = 'index.sqlite';

/** Locked by whoever removes the index. */
const lockFile = '.index.lock';

/** How long a process waits for another one's transaction; they take milliseconds. */
const patienceMs = 30_000;

/** SQLite's codes for files that are not, or no longer, a database: SQLITE_CORRUPT, SQLITE_NOTADB. */
const damageCodes: readonly unknown[] = [11, 26];

/** SQLite's codes for trouble of the database, not of a value: busy, locked, read-only, I/O, damaged, full, cannot be opened. */
const databaseCodes: readonly number[] = [5, 6, 8, 10, 11, 13, 14, 26];

/** What SQLite writes: the database, its log, and what processes share of it. */
const indexFiles = ['', '-wal', '-shm', '-journal'].map((ending) => `${indexFile}${ending}`);

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
  const isKept = isWritable(runs);
  if (isKept) removeForeign(runs, indexFiles);
  const path = isKept ? join(runs, indexFile) : ':memory:';
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

/** SQLite follows links, and waits at a FIFO: what is not a plain file there is nobody's index, nor its lock. */
function removeForeign(runs: string, names: readonly string[]): void {
  for (const path of names.map((name) => join(runs, name))) {
    try {
      using _file = openPlain(path);
    } catch {
      removeTree(path);
    }
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
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  const version = versionOf(database);
  // What strangers put into an index, views and triggers, runs when it is used.
  if (version === indexVersion && hasOurTables(database)) return false;
  if (version === indexVersion) throw new Unusable('has tables that are not of Espalier');
  if (version > indexVersion) {
    const remedy = 'use that Espalier, or another folder for runs (--output)';
    throw new EspalierError('infrastructure', 'was written by a newer Espalier', { file: path, remedy });
  }
  if (Number(tables?.count) > 0) throw new Unusable('is of an older Espalier');
  makeTables(database);
  return true;
}

/** Reads the runs whose files are not what the index knows. One that cannot be read, for whatever reason, costs a warning. */
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
      if (isOfDatabase(error)) throw error;
      warn(`run ${id} is not in the index: ${reasonOf(error, join(runs, id))}`);
    }
  }
  const there = new Set(present);
  index.remove([...stamps.keys()].filter((id) => !there.has(id)));
}

/** Trouble of the index itself, not of the run that is put in. */
function isOfDatabase(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown };
  // Extended codes hold the primary one in their lowest byte.
  return typeof errcode === 'number' && databaseCodes.includes(errcode & 0xff);
}

function reasonOf(error: unknown, dir: string): string {
  if (error instanceof EspalierError) return `${error.detail.file ?? dir}: ${error.message}`;
  return `${dir}: ${error instanceof Error ? error.message : String(error)}`;
}

/** One process at a time; whoever comes second removes what the first has made, which costs time only. */
async function removeIndex(runs: string): Promise<void> {
  if (!isThere(join(runs, indexFile))) return;
  removeForeign(runs, [lockFile]);
  using _lock = await lockPlain(join(runs, lockFile));
  for (const name of indexFiles) removeTree(join(runs, name));
}
