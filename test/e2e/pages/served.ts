/** `espalier serve` as users start it, over a folder of runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';

const serversOf = new WeakMap<TestContext, Served[]>();

/** A folder of runs that goes with the test, after the servers that may still write their index into it. */
export function runsFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-served-'));
  t.after(async () => {
    for (const served of serversOf.get(t) ?? []) await served.kill();
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** A server process, which can be killed and started again where it was. */
export class Served {
  readonly runs: string;
  #process: ChildProcess | undefined;
  #port = '0';

  private constructor(runs: string) {
    this.runs = runs;
  }

  static async start(t: TestContext, runs: string): Promise<Served> {
    const served = new Served(runs);
    serversOf.set(t, [...(serversOf.get(t) ?? []), served]);
    t.after(() => served.kill());
    await served.start();
    return served;
  }

  /** Starts it, on the port that it had before. */
  async start(): Promise<void> {
    const main = join(projectDir, 'src', 'cli', 'main.ts');
    const args = [main, 'serve', '--port', this.#port, '--output', this.runs];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    const line = await new Promise<string>((told, failed) => {
      child.stdout.setEncoding('utf8').once('data', told);
      child.once('close', () => failed(new TypeError('the server ended before it listened')));
    });
    this.#port = /:(\d+)\/$/.exec(line.trim())?.[1] ?? '';
  }

  /** As a crash would end it. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  url(path = ''): string {
    return `http://127.0.0.1:${this.#port}/${path}`;
  }
}
