import { DatabaseSync } from 'node:sqlite';

/** Version of the tables below; a database with an older one is made again. */
export const indexVersion = 3;

/**
 * The tables. `stamp` tells the state of a run's files that its rows were read from. `inputs` holds what attempts were fed
 * with, each content once. Durations: `wall_ms` wall and `cpu_ms` CPU milliseconds, `virtual_ns` virtual nanoseconds; `cost` as in `attempt.json`;
 * `categories` of its issues, a comma between them.
 */
const tables = `
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, stamp TEXT NOT NULL, started TEXT NOT NULL, espalier TEXT NOT NULL, command TEXT NOT NULL,
  scenarios INTEGER NOT NULL, complete INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inputs (sha256 TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (
  suite TEXT NOT NULL, name TEXT NOT NULL, run TEXT NOT NULL, word TEXT NOT NULL, upstream TEXT NOT NULL,
  expected INTEGER NOT NULL, adapted INTEGER NOT NULL, attempts INTEGER NOT NULL, seed TEXT,
  wall_ms REAL, cpu_ms REAL, virtual_ns INTEGER, inputs TEXT, cost TEXT, categories TEXT NOT NULL,
  PRIMARY KEY (suite, name, run)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS results_of_run ON results (run);
PRAGMA user_version = ${indexVersion};
`;

/** Version of an open database; 0: it has no tables yet. */
export function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/** Several processes may do this at once. */
export function makeTables(database: DatabaseSync): void {
  transaction(database, () => database.exec(tables));
}

/** Everything `body` writes, or nothing of it. Takes its turn among processes before it begins. */
export function transaction(database: DatabaseSync, body: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    body();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Whether a database holds these tables and nothing else. */
export function hasOurTables(database: DatabaseSync): boolean {
  const ours = new DatabaseSync(':memory:');
  try {
    ours.exec(tables);
    return schemaOf(database) === schemaOf(ours);
  } finally {
    ours.close();
  }
}

function schemaOf(database: DatabaseSync): string {
  return JSON.stringify(
    database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all(),
  );
}
