import { Pool, type PoolClient, type PoolConfig, type QueryResult } from 'pg';
import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import { pause } from '../pause.ts';
import { Refused } from './refused.ts';

/** The oldest PostgreSQL, as `server_version_num` has it. */
const oldestServer = 150_000;

/** SQLSTATE of a transaction that was ended so that another could go on. */
const deadlock = '40P01';
const mostTries = 5;

/** The farm's tables are named without their schema. */
const searchPath = 'espalier_farm';

type Row = Record<string, unknown>;

/** Where statements are sent: the pool, or one transaction. */
export interface Sql {
  query<T = Row>(text: string, values?: readonly unknown[]): Promise<T[]>;
}

/** A transaction; pg-boss takes part in it by `executeSql`. */
export interface Transaction extends Sql {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

/** The farm's database. */
export class Database implements Sql, AsyncDisposable {
  readonly #pool: Pool;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Connects, and refuses a server that is too old. Every message names the server, none its password. */
  static async open(config: PoolConfig): Promise<Database> {
    const pool = new Pool({
      ...config,
      connectionTimeoutMillis: 10_000,
      application_name: 'espalier farm',
      options: `-c search_path=${searchPath}`,
    });
    // A connection that breaks while nobody uses it: whoever needs one next gets another.
    pool.on('error', () => {});
    const database = new Database(pool);
    try {
      const [row] = await database.query<{ server_version_num: string }>('show server_version_num');
      const version = Number(row?.server_version_num);
      if (version < oldestServer) throw tooOld(version, config);
      return database;
    } catch (cause) {
      await pool.end();
      throw unusable(cause, config);
    }
  }

  async query<T = Row>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#pool.query(text, [...values])).rows as T[];
  }

  /** As pg-boss asks: several statements at once are answered by the rows of them all. */
  async executeSql(text: string, values?: unknown[]): Promise<{ rows: Row[] }> {
    return rowsOf(await this.#pool.query(text, values));
  }

  /** Runs `body` in a transaction: all of it holds, or nothing. It is run again where the server broke a deadlock by it. */
  async transaction<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(body);
      } catch (error) {
        if (tries === mostTries || (error as { code?: string }).code !== deadlock) throw error;
      }
    }
  }

  async #once<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // Without a listener a server that goes away would end this process.
    const broken = (): void => {};
    client.on('error', broken);
    let failure: unknown;
    try {
      await client.query('begin');
      const result = await body(inside(client));
      await client.query('commit');
      return result;
    } catch (error) {
      failure = error;
      await client.query('rollback').catch(() => {});
      throw error;
    } finally {
      client.off('error', broken);
      client.release(failure !== undefined && !(failure instanceof Refused) && !isServersAnswer(failure));
    }
  }

  /**
   * Calls `heard` for every notification on a channel, and once after each break, since some may have been missed. The
   * connection is made again as often as it breaks.
   */
  listen(channel: string, heard: (payload: string | undefined) => void, signal: AbortSignal): void {
    void this.#listenOnce(channel, heard, signal).catch(() => {});
  }

  async #listenOnce(channel: string, heard: (payload: string | undefined) => void, signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        const client = await this.#pool.connect();
        const over = Promise.withResolvers<void>();
        client.on('error', () => over.resolve());
        client.on('end', () => over.resolve());
        client.on('notification', ({ payload }) => heard(payload ?? ''));
        signal.addEventListener('abort', () => over.resolve(), { once: true });
        await client.query(`listen ${channel}`);
        heard(undefined);
        tries = 0;
        await over.promise;
        client.release(true);
      } catch (error) {
        if (tries === 0) warn(`the database does not answer: ${(error as Error).message}; trying again`);
        await pause(Math.min(5000, 200 * 2 ** Math.min(tries, 5)));
      }
    }
  }

  /** Connections: in use, idle, and requests that wait for one. */
  get load(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { total, idle, waiting };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

function inside(client: PoolClient): Transaction {
  return {
    query: async <T>(text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows as T[],
    executeSql: async (text, values) => rowsOf(await client.query(text, values)),
  };
}

/** `pg` answers several statements in one text by several results, which its types do not say. */
function rowsOf(result: QueryResult | QueryResult[]): { rows: Row[] } {
  return { rows: [result].flat().flatMap(({ rows }) => rows) };
}

/** An error that the server sent, on a connection that is well; all others mean that the connection is not. */
function isServersAnswer(error: unknown): boolean {
  const { code, severity } = error as { code?: string; severity?: string };
  return code !== undefined && severity === 'ERROR' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('57P');
}

function serverName({ connectionString, host, port, database }: PoolConfig): string {
  try {
    const url = new URL(connectionString ?? '');
    return `${url.hostname || 'the local socket'}${url.port ? `:${url.port}` : ''}, database ${url.pathname.slice(1)}`;
  } catch {
    return `${host ?? process.env.PGHOST ?? 'localhost'}:${port ?? process.env.PGPORT ?? 5432}, database ${database ?? process.env.PGDATABASE ?? ''}`;
  }
}

function tooOld(version: number, config: PoolConfig): EspalierError {
  const found = Math.floor(version / 10_000);
  return new EspalierError('infrastructure', `PostgreSQL ${found} is too old for a farm (${serverName(config)})`, {
    remedy: `use PostgreSQL ${oldestServer / 10_000} or newer`,
  });
}

/** Codes of PostgreSQL (appendix A of its manual) and of the system that have one obvious remedy. */
const remedies: Readonly<Record<string, string>> = {
  '28P01': 'check user and password in ESPALIER_FARM_DATABASE',
  '28000': 'check the user in ESPALIER_FARM_DATABASE and the server’s pg_hba.conf',
  '3D000': 'create the database first: createdb NAME',
  ECONNREFUSED: 'check host and port, and that the server runs',
  ENOTFOUND: 'check the host name',
  ENOENT: 'check the folder of the socket, and that the server runs',
  '53100': 'make room on the disk of PostgreSQL',
  '53300': 'raise max_connections of the server, or lower --connections',
};

/** Why a database cannot be used, with what to do; an error that says so already stays as it is. */
export function unusable(cause: unknown, config: PoolConfig): EspalierError {
  if (cause instanceof EspalierError) return cause;
  const { code = '', message } = cause as { code?: string; message: string };
  const remedy = remedies[code] ?? 'check ESPALIER_FARM_DATABASE';
  return new EspalierError('infrastructure', `the farm's database cannot be used (${serverName(config)}): ${message}`, {
    remedy,
    cause,
  });
}
