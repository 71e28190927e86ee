/** Files, processes and sockets of a person that no lab may read, change, signal or reach. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const signals = ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGIO', 'SIGCONT', 'SIGTERM', 'SIGINT'] as const;

/** All that a change of a file leaves in its inode: content, mode, owner, dates; changes of attributes move ctime. */
function stateOf(path: string): string {
  const { mode, uid, gid, size, mtimeMs, ctimeMs, ino, nlink } = lstatSync(path);
  const content = lstatSync(path).isFile() ? readFileSync(path, 'latin1') : readdirSync(path).sort().join();
  return JSON.stringify({ mode, uid, gid, size, mtimeMs, ctimeMs, ino, nlink, content });
}

export class Planted implements AsyncDisposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'espalier-planted-')));
  readonly secret = `secret-${randomBytes(16).toString('hex')}`;
  readonly #bystander: ChildProcess;
  readonly #states: ReadonlyMap<string, string>;
  readonly #seen: string[] = [];
  readonly #tcp = createServer(() => this.#seen.push('a TCP connection'));
  readonly #unix = createServer(() => this.#seen.push('a unix connection'));
  readonly #udp = createSocket('udp4', () => this.#seen.push('a datagram'));
  readonly #handlers = signals.map((name) => ({ name, handler: () => this.#seen.push(`${name} at the driver`) }));

  constructor() {
    writeFileSync(join(this.folder, 'secret'), this.secret, { mode: 0o600 });
    writeFileSync(join(this.folder, 'public'), `public ${this.secret}`, { mode: 0o644 });
    mkdirSync(join(this.folder, 'empty'));
    const names = ['secret', 'public', 'empty', '.'];
    // It dies of a signal.
    this.#bystander = spawn('sleep', ['1000'], { env: { SECRET: this.secret }, stdio: 'ignore' });
    for (const { name, handler } of this.#handlers) process.on(name, handler);
    this.#states = new Map(names.map((name) => [name, '']));
  }

  static async plant(): Promise<Planted> {
    const planted = new Planted();
    await planted.#listen();
    return planted;
  }

  async #listen(): Promise<void> {
    await new Promise<void>((done) => this.#tcp.listen(0, '127.0.0.1', done));
    await new Promise<void>((done) => this.#unix.listen(join(this.folder, 'socket'), done));
    await new Promise<void>((done) => this.#udp.bind(this.port, '127.0.0.1', done));
    for (const name of this.#states.keys())
      (this.#states as Map<string, string>).set(name, stateOf(join(this.folder, name)));
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  get bystander(): number {
    return this.#bystander.pid ?? 0;
  }

  /** Throws for whatever was read (in `outputs`), changed, signalled or reached. */
  assertUntouched(outputs: readonly (string | Uint8Array)[]): void {
    for (const [name, state] of this.#states) assert.equal(stateOf(join(this.folder, name)), state, name);
    assert.deepEqual(this.#seen, []);
    assert.equal(this.#bystander.exitCode ?? this.#bystander.signalCode, null, 'the bystander lives');
    for (const output of outputs) assert.equal(Buffer.from(output).includes(this.secret), false, 'the secret came out');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { name, handler } of this.#handlers) process.off(name, handler);
    this.#bystander.kill('SIGKILL');
    this.#tcp.close();
    this.#unix.close();
    this.#udp.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How a program is compiled: macros, and options of gcc. */
export interface Compiling {
  readonly definitions?: Readonly<Record<string, string | number>>;
  readonly flags?: readonly string[];
}

/** Compiles a program of this folder. */
export function compile(source: string, out: string, { definitions = {}, flags = [] }: Compiling): void {
  const macros = Object.entries(definitions).map(([name, value]) =>
    typeof value === 'string' ? `-D${name}="${value}"` : `-D${name}=${value}`,
  );
  const args = ['-O1', '-w', ...macros, ...flags, '-o', out, join(import.meta.dirname, source)];
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}
