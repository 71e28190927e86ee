/** A farm for tests: a database, a server, workers and drivers, each a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { projectDir } from '../../../src/base/folders.ts';
import { type Ended, ended, Sandbox } from '../sandbox.ts';
import { Cluster, Running } from './cluster.ts';

type Environment = Readonly<Record<string, string>>;

/** What ends with a test. */
export type Scope = Pick<TestContext, 'after'>;

/** Why there can be no small disk here; a user without namespaces may not mount one. */
export const noSmallDisk =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
    ? false
    : 'no disk can be mounted';

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

  /** Starts a command beside the test, by another one where that is given. */
  spawn(args: readonly string[], environment: Environment = {}, by: readonly string[] = []): Running {
    const { CI: _, ...env } = process.env;
    const [program = '', ...rest] = [...by, process.execPath, join(projectDir, 'src/cli/main.ts'), ...args];
    const child = spawn(program, rest, {
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
  worker(args: readonly string[] = [], environment: Environment = {}, by: readonly string[] = []): Running {
    this.#workers += 1;
    const name = `w${this.#workers}`;
    const own = {
      ESPALIER_FARM: this.#address,
      ESPALIER_FARM_TOKEN: this.#tokens.worker,
      ESPALIER_CACHE: join(this.box.dir, `cache-${name}`),
    };
    const command = ['worker', '--name', name, '--machine', name, '-j', '1', ...args];
    return this.spawn(command, { ...own, ...environment }, by);
  }

  /** Starts a worker whose cache is a disk of so many KiB. */
  workerOnSmallDisk(kib: number): Running {
    const disk = join(this.box.dir, `disk-${this.#workers}`);
    mkdirSync(disk);
    const script = `mount -t tmpfs -o size=${kib}k tmpfs "$0" && exec "$@"`;
    return this.worker([], { ESPALIER_CACHE: disk }, ['unshare', '-rm', 'sh', '-c', script, disk]);
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
