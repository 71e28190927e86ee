/** A farm for tests: a database, a server, workers and drivers, each a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { Client } from 'pg';
import { projectDir } from '../../../src/base/folders.ts';
import { Engine } from '../../../src/farm/server/engine.ts';
import { openFarmDatabase } from '../../../src/farm/server/farm.ts';
import { addToken } from '../../../src/farm/server/tokens.ts';
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

const roles = ['driver', 'worker'] as const;
type Tokens = Readonly<Record<(typeof roles)[number], string>>;

/** A cluster in which farms are copied from one that has its tables and tokens: to make those takes longer than most tests. */
class Nursery {
  readonly cluster: Cluster;
  readonly tokens: Tokens;
  #farms = 0;

  private constructor(cluster: Cluster, tokens: Tokens) {
    this.cluster = cluster;
    this.tokens = tokens;
  }

  static async start(t: Scope): Promise<Nursery> {
    const cluster = await Cluster.start(t);
    await query(cluster.url(), 'create database pattern');
    await using database = await openFarmDatabase({ connectionString: cluster.url({ database: 'pattern' }) });
    await using _engine = await Engine.start(database);
    const token = (role: keyof Tokens) => addToken(database, { name: `the-${role}`, role });
    return new Nursery(cluster, { driver: await token('driver'), worker: await token('worker') });
  }

  /** Name of a new farm's database. */
  async database(): Promise<string> {
    this.#farms += 1;
    const name = `farm${this.#farms}`;
    await query(this.cluster.url(), `create database ${name} template pattern`);
    return name;
  }
}

/** Starts farms for the tests of a file, with a server that is ready and a token for each role. To be called outside of tests. */
export function fieldsOfFile(): (t: Scope) => Promise<Field> {
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  let nursery: Promise<Nursery> | undefined;
  return async (t) => {
    nursery ??= Nursery.start({ after: (end) => void ends.push(end as () => unknown) });
    return Field.copied(t, await nursery);
  };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // A server that goes away would end the test.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

export class Field {
  readonly box: Sandbox;
  readonly cluster: Cluster;
  readonly scope: Scope;
  /** Name of its database in the cluster. */
  readonly database: string;
  #address = '';
  #tokens: Tokens = { driver: '', worker: '' };
  #workers = 0;
  #server: Running | undefined;

  private constructor(t: Scope, cluster: Cluster, database: string) {
    this.scope = t;
    this.cluster = cluster;
    this.database = database;
    this.box = new Sandbox(t);
  }

  /** As a person begins, with an empty database in a cluster of its own. */
  static async start(t: Scope): Promise<Field> {
    const field = new Field(t, await Cluster.start(t), 'postgres');
    await field.#serve();
    const token = async (role: keyof Tokens): Promise<string> => {
      const { stdout, stderr, code } = await field.espalier(['farm', 'token', 'add', `the-${role}`, '--role', role]);
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    };
    field.#tokens = { driver: await token('driver'), worker: await token('worker') };
    return field;
  }

  static async copied(t: Scope, nursery: Nursery): Promise<Field> {
    const field = new Field(t, nursery.cluster, await nursery.database());
    field.#tokens = nursery.tokens;
    await field.#serve();
    return field;
  }

  async #serve(): Promise<void> {
    this.#server = this.spawn(['farm', 'start', '--plain', '--port', '0']);
    const [, address = ''] = await this.#server.says(/^farm: (http:\S+)$/m);
    this.#address = address;
  }

  /** `espalier farm start`. */
  get server(): Running {
    if (this.#server === undefined) throw new Error('the farm was not started');
    return this.#server;
  }

  get address(): string {
    return this.#address;
  }

  get tokens(): Tokens {
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
        ESPALIER_FARM_DATABASE: this.url(),
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

  /** Address of its database, for a given user. */
  url(login: { readonly user?: string; readonly secret?: string } = {}): string {
    return this.cluster.url({ ...login, database: this.database });
  }

  /** Rows of the database. */
  sql(text: string): Promise<unknown[]> {
    return query(this.url(), text);
  }
}
