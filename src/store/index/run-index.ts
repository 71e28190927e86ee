import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { sha256 } from '../../base/files.ts';
import type { AttemptCost } from '../../model/attempt.ts';
import type { IndexedResult, IndexedRun, PastResult, TestedInputs } from '../../model/past-results.ts';
import type { VerdictWord } from '../../model/words.ts';
import type { RunRows } from './run-rows.ts';
import { transaction } from './schema.ts';
import { categoriesIn, type SuiteTally, talliesOf } from './tallies.ts';

type Row = Readonly<Record<string, SQLOutputValue>>;

const runColumns = 'runs.id, runs.started, runs.espalier, runs.command, runs.scenarios, runs.complete';
const resultColumns = `results.suite, results.name, results.word, results.upstream, results.expected, results.adapted,
  results.attempts, results.seed, results.wall_ms, results.cpu_ms, CAST(results.virtual_ns AS TEXT) AS virtual_ns,
  results.cost, results.categories, inputs.json`;

/**
 * The index of a folder of runs. Several processes may read and write one: a writer replaces all rows of one run in one
 * short transaction, and a reader sees a run before or after it.
 */
export class RunIndex {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Stamp of every run in it, by id. */
  stamps(): Map<string, string> {
    const rows = this.#database.prepare('SELECT id, stamp FROM runs').all();
    return new Map(rows.map(({ id, stamp }) => [String(id), String(stamp)]));
  }

  /** Puts a run in, instead of what was there of it. */
  put({ run, results }: RunRows, stamp: string): void {
    transaction(this.#database, () => {
      this.#delete(run.id);
      this.#database
        .prepare('INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(run.id, stamp, run.started, run.espalier, run.command, run.scenarios, Number(run.complete));
      const insert = this.#database.prepare('INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      const known = new Map<string, string>();
      for (const one of results) {
        const virtual = one.virtualNs === undefined ? null : BigInt(one.virtualNs);
        const flags = [Number(one.expected), Number(one.adapted), one.attempts];
        const durations = [one.wallMs ?? null, one.cpuMs ?? null, virtual];
        const inputs = this.#inputs(one.inputs, known);
        const cost = one.cost === undefined ? null : JSON.stringify(one.cost);
        insert.run(
          ...[
            one.suite,
            one.name,
            run.id,
            one.word,
            one.upstream,
            ...flags,
            one.seed ?? null,
            ...durations,
            inputs,
            cost,
            one.categories.join(','),
          ],
        );
      }
    });
  }

  /** Takes runs out whose folders are gone. */
  remove(ids: readonly string[]): void {
    if (ids.length === 0) return;
    transaction(this.#database, () => {
      for (const id of ids) this.#delete(id);
      this.#database.exec('DELETE FROM inputs WHERE sha256 NOT IN (SELECT inputs FROM results WHERE inputs NOT NULL)');
    });
  }

  /** All runs, oldest first. */
  runs(): IndexedRun[] {
    return this.#database.prepare(`SELECT ${runColumns} FROM runs ORDER BY id`).all().map(runOf);
  }

  /** How often each word occurs in each run: run → word → count. */
  totals(): Map<string, Map<VerdictWord, number>> {
    const totals = new Map<string, Map<VerdictWord, number>>();
    const rows = this.#database.prepare('SELECT run, word, count(*) AS count FROM results GROUP BY run, word').all();
    for (const { run, word, count } of rows) {
      const words = totals.get(String(run)) ?? new Map<VerdictWord, number>();
      totals.set(String(run), words.set(word as VerdictWord, Number(count)));
    }
    return totals;
  }

  /** What each run has of each suite, or of one: oldest run first. */
  tallies(suite?: string): SuiteTally[] {
    const where = suite === undefined ? '' : 'WHERE results.suite = ?';
    const given = suite === undefined ? [] : [suite];
    const words = `SELECT ${runColumns}, suite, word, count(*) AS count, sum(word = 'passed' AND adapted) AS adapted_count,
      total(wall_ms) AS wall, total(cpu_ms) AS cpu, total(CAST(virtual_ns AS REAL)) / 1e6 AS virtual
      FROM results JOIN runs ON runs.id = results.run ${where} GROUP BY runs.id, suite, word ORDER BY runs.id, suite`;
    const inputs = `SELECT DISTINCT run, suite, json FROM results JOIN inputs ON inputs.sha256 = results.inputs ${where}`;
    const categories = `SELECT run, suite, categories, count(*) AS count FROM results ${where} GROUP BY run, suite, categories`;
    const rows = (query: string): Row[] => this.#database.prepare(query).all(...given);
    return talliesOf({ words: rows(words), inputs: rows(inputs), categories: rows(categories) }, runOf);
  }

  /** Results of a suite, or of one test of it: by name, then oldest run first. */
  results(suite: string, name?: string): PastResult[] {
    const one = name === undefined ? '' : ' AND results.name = ?';
    const query = `SELECT ${runColumns}, ${resultColumns} FROM results JOIN runs ON runs.id = results.run
      LEFT JOIN inputs ON inputs.sha256 = results.inputs
      WHERE results.suite = ?${one} ORDER BY results.name, results.run`;
    const rows = this.#database.prepare(query).all(...(name === undefined ? [suite] : [suite, name]));
    const parsed = new Map<string, TestedInputs>();
    return rows.map((row) => ({ run: runOf(row), ...resultOf(row, parsed) }));
  }

  /** Names of suites that have results. */
  suites(): string[] {
    const rows = this.#database.prepare('SELECT DISTINCT suite FROM results ORDER BY suite').all();
    return rows.map(({ suite }) => String(suite));
  }

  /** Names of a suite's tests that have results. */
  names(suite: string): string[] {
    const rows = this.#database.prepare('SELECT DISTINCT name FROM results WHERE suite = ? ORDER BY name').all(suite);
    return rows.map(({ name }) => String(name));
  }

  #delete(id: string): void {
    this.#database.prepare('DELETE FROM results WHERE run = ?').run(id);
    this.#database.prepare('DELETE FROM runs WHERE id = ?').run(id);
  }

  /** Key of stored inputs. Tests of a run share most of theirs. */
  #inputs(inputs: TestedInputs | undefined, known: Map<string, string>): string | null {
    if (inputs === undefined) return null;
    const json = JSON.stringify(inputs);
    const before = known.get(json);
    if (before !== undefined) return before;
    const key = sha256(json);
    this.#database.prepare('INSERT OR IGNORE INTO inputs VALUES (?, ?)').run(key, json);
    known.set(json, key);
    return key;
  }
}

function runOf(row: Row): IndexedRun {
  return {
    id: String(row.id),
    started: String(row.started),
    espalier: String(row.espalier),
    command: String(row.command),
    scenarios: Number(row.scenarios),
    complete: row.complete === 1,
  };
}

function resultOf(row: Row, parsed: Map<string, TestedInputs>): IndexedResult {
  const json = row.json === null ? undefined : String(row.json);
  if (json !== undefined && !parsed.has(json)) parsed.set(json, JSON.parse(json) as TestedInputs);
  const inputs = json === undefined ? undefined : parsed.get(json);
  return {
    suite: String(row.suite),
    name: String(row.name),
    word: row.word as VerdictWord,
    upstream: String(row.upstream),
    expected: row.expected === 1,
    adapted: row.adapted === 1,
    categories: categoriesIn(row),
    attempts: Number(row.attempts),
    ...(row.seed !== null && { seed: String(row.seed) }),
    ...(row.wall_ms !== null && { wallMs: Number(row.wall_ms) }),
    ...(row.cpu_ms !== null && { cpuMs: Number(row.cpu_ms) }),
    ...(row.virtual_ns !== null && { virtualNs: String(row.virtual_ns) }),
    ...(inputs && { inputs }),
    ...(row.cost !== null && { cost: JSON.parse(String(row.cost)) as AttemptCost }),
  };
}
