/** A farm for tests: a database, a server, workers and drivers, each a process of its own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { projectDir } from '../../../src/base/folders.ts';
import { type Ended, ended, Sandbox } from '../sandbox.ts';
import { Cluster, Running } from './cluster.ts';

type Environment = Readonly<Record<string, string>>;

/** What ends with a test. */
export type Scope = Pick<TestContext, 'after'>;

export class Field {
  readonly box: Sandbox;
  readonly cluster: Cluster;
  readonly scope: Scope;
  #address = '';
  #tokens = { driver: '', worker: '' };
  #workers = 0;
  #server: Running | undefined;

  private constructor(t: Scope, cluster: Cluster) {
    this.scope = t;
    this.cluster = cluster;
    this.box = new Sandbox(t);
  }

  /** A database and a server that is ready, with a token for each role. */
  static async start(t: Scope): Promise<Field> {
    const field = new Field(t, await Cluster.start(t));
    field.#server = field.spawn(['farm', 'start', '--plain', '--port', '0']);
    const [, address = ''] = await field.server.says(/^farm: (http:\S+)$/m);
    field.#address = address;
    for (const role of ['driver', 'worker'] as const) {
      const { stdout, stderr, code } = await field.espalier(['farm', 'token', 'add', `the-${role}`, '--role', role]);
      if (code !== 0) throw new Error(stderr);
      field.#tokens = { ...field.#tokens, [role]: stdout.trim() };
    }
    return field;
  }

  /** `espalier farm start`. */
  get server(): Running {
    if (this.#server === undefined) throw new Error('the farm was not started');
    return this.#server;
  }

  get address(): string {
    return this.#address;
  }

  get tokens(): { readonly driver: string; readonly worker: string } {
    return this.#tokens;
  }

  /** Starts a command beside the test. */
  spawn(args: readonly string[], environment: Environment = {}): Running {
    const { CI: _, ...env } = process.env;
    const child = spawn(process.execPath, [join(projectDir, 'src/cli/main.ts'), ...args], {
      cwd: this.box.dir,
      env: {
        ...env,
        ESPALIER_CACHE: join(this.box.dir, 'cache'),
        ESPALIER_RUNS: '',
        ESPALIER_FARM_DATABASE: this.cluster.url(),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Running(this.scope, child);
  }

  /** Runs a command to its end. */
  espalier(args: readonly string[], environment: Environment = {}): Promise<Ended> {
    return ended(this.spawn(args, environment).child);
  }

  /** Starts a worker on a machine of its own; its cache is empty. */
  worker(args: readonly string[] = [], environment: Environment = {}): Running {
    this.#workers += 1;
    const name = `w${this.#workers}`;
    return this.spawn(['worker', '--name', name, '--machine', name, '-j', '1', ...args], {
      ESPALIER_FARM: this.#address,
      ESPALIER_FARM_TOKEN: this.#tokens.worker,
      ESPALIER_CACHE: join(this.box.dir, `cache-${name}`),
      ...environment,
    });
  }

  /** What a driver finds in its environment. */
  get driverEnvironment(): Environment {
    return { ESPALIER_FARM: this.#address, ESPALIER_FARM_TOKEN: this.#tokens.driver };
  }

  /** Starts a run of the sandbox's suite on the farm. */
  driver(args: readonly string[]): Running {
    return this.spawn(args, this.driverEnvironment);
  }

  /** The same, to its end. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.espalier(['run', '--substrate', 'fake', '--suite', 'testing', ...args], this.driverEnvironment);
  }

  /** `espalier farm status`. */
  status(args: readonly string[] = ['--json']): Promise<Ended> {
    return this.espalier(['farm', 'status', ...args], this.driverEnvironment);
  }

  /** Rows of the database. */
  async sql(text: string): Promise<unknown[]> {
    const client = new Client({ connectionString: this.cluster.url() });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
}
