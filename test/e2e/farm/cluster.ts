/** A PostgreSQL of Debian's for tests: a cluster in a folder of its own, on loopback, by a user without rights. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from '../../../src/base/deadline.ts';

const versions = '/usr/lib/postgresql';

/** Folder of PostgreSQL's programs; Debian keeps them out of PATH. */
const programs = existsSync(versions)
  ? readdirSync(versions)
      .map((version) => join(versions, version, 'bin'))
      .filter((dir) => existsSync(join(dir, 'initdb')))
      .sort()
      .at(-1)
  : undefined;

/** Why tests that need it are skipped; CI installs it, so nothing is skipped there. */
export const noPostgres =
  programs === undefined && process.env.CI === undefined ? 'PostgreSQL is not installed (package postgresql)' : false;

const password = 'farm-secret-7c1d';

/** Only the server ends in these tests, never the machine, so nothing has to be on a disk; and there is no replica. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '4GB',
};

/** A running cluster. */
export class Cluster {
  readonly port: number;
  readonly #dir: string;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.port = port;
  }

  /** Makes and starts a cluster that is gone after the test. */
  static async start(t: Pick<TestContext, 'after'>): Promise<Cluster> {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-pg-'));
    const user = unprivileged();
    if (user !== undefined) chownSync(dir, user.uid, user.gid);
    const cluster = new Cluster(join(dir, 'data'), await freePort());
    // Nothing writes there any more once the server is down.
    t.after(() => {
      try {
        cluster.down('immediate');
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
    const secret = join(dir, 'password');
    writeFileSync(secret, `${password}\n`, { mode: 0o644 });
    cluster.#run('initdb', '-D', cluster.#dir, '-U', 'farm', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-N');
    await cluster.up();
    return cluster;
  }

  /** Starts the server. */
  async up(): Promise<void> {
    const options = Object.entries({ ...settings, port: this.port }).map(([name, value]) => `-c ${name}='${value}'`);
    this.#run('pg_ctl', '-D', this.#dir, '-l', join(this.#dir, 'log'), '-o', options.join(' '), '-w', 'start');
  }

  down(mode: 'fast' | 'immediate'): void {
    if (existsSync(join(this.#dir, 'postmaster.pid'))) this.#run('pg_ctl', '-D', this.#dir, '-m', mode, '-w', 'stop');
  }

  /** Process id of the server. */
  get pid(): number {
    return Number(readFileSync(join(this.#dir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** Address of the database, password and all. */
  url({ user = 'farm', secret = password, database = 'postgres' } = {}): string {
    return `postgres://${user}:${secret}@127.0.0.1:${this.port}/${database}`;
  }

  #run(program: string, ...args: readonly string[]): void {
    const user = unprivileged();
    const command = [join(programs ?? '', program), ...args];
    const as = user === undefined ? [] : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
    const [first = '', ...rest] = [...as, ...command];
    execFileSync(first, rest, {
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    });
  }
}

/** PostgreSQL refuses to be run by root: the user that Debian's package makes for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, , uid, gid] = execFileSync('getent', ['passwd', 'postgres']).toString().split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** A port of loopback that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A process of Espalier that runs beside a test. */
export class Running {
  readonly child: ChildProcess;
  #said = '';

  constructor(t: Pick<TestContext, 'after'>, child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said += text;
      });
    }
    t.after(() => void child.kill('SIGKILL'));
  }

  /** All that it said so far. */
  get said(): string {
    return this.#said;
  }

  /** Waits until it has said something. */
  async says(pattern: RegExp, timeoutMs = 30_000): Promise<RegExpExecArray> {
    return until(
      () => {
        const found = pattern.exec(this.#said);
        if (found === null && this.child.exitCode !== null) throw new Error(`it ended: ${this.#said}`);
        return found ?? undefined;
      },
      { what: `${pattern} in ${this.child.spawnargs.slice(2, 5).join(' ')}`, timeoutMs },
    );
  }

  async ended(timeoutMs = 30_000): Promise<number | null> {
    await until(() => this.child.exitCode !== null || this.child.signalCode !== null, {
      what: `the end of ${this.child.spawnargs.slice(2, 5).join(' ')}`,
      timeoutMs,
    });
    return this.child.exitCode;
  }
}
