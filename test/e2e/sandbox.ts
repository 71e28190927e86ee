import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { readAttemptFile } from '../../src/store/attempt-files.ts';

/** What a finished command left. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One test of a made suite: script name → lines, or any other file → content. */
export type TestFiles = Readonly<Record<string, string>>;

/** A folder with a suite in libreswan's format, in which the command line is driven. */
export class Sandbox {
  readonly dir: string;
  /** Folder of the state of the installation that is driven: another one makes what is there a stranger's. */
  installation = 'state';
  readonly #tests = new Map<string, string>();
  readonly #tree: string;

  /** `tree`: whose code is run. */
  constructor(t: Pick<TestContext, 'after'>, tree = projectDir) {
    this.#tree = tree;
    this.dir = mkdtempSync(join(tmpdir(), 'espalier-e2e-'));
    t.after(() => rmSync(this.dir, { recursive: true, force: true }));
    this.write('testing/kvm/vm/east.xml', '');
    this.write('testing/kvm/vm/west.xml', '');
    this.write('testing/kvm/vm/nic.xml', '');
    this.write('testing/default-testparams.sh', 'REF_CONSOLE_FIXUPS="prompt.sed"\n');
    this.write('testing/sanitizers/prompt.sed', '/post-mortem/d\ns/^\\[root@\\([a-z]*\\) [^]]*\\]# /\\1 #\\n /\n');
    this.#list();
  }

  /** Adds tests `name` → files; a status other than `good` stands before the name. */
  add(tests: Readonly<Record<string, TestFiles>>): this {
    for (const [key, files] of Object.entries(tests)) {
      const [status = 'good', name = ''] = key.includes(' ') ? key.split(' ') : ['good', key];
      this.#tests.set(name, status);
      for (const [file, content] of Object.entries(files)) this.write(`testing/pluto/${name}/${file}`, content);
    }
    this.#list();
    return this;
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  remove(path: string): void {
    rmSync(join(this.dir, path), { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  readJson(path: string): unknown {
    return JSON.parse(this.read(path));
  }

  /** A file of an attempt, packed or not. */
  readArtifact(attempt: string, name: string): string {
    return readAttemptFile(join(this.dir, attempt), name)?.toString('utf8') ?? '';
  }

  /** Ids of the runs, oldest first. */
  runs(): string[] {
    return readdirSync(join(this.dir, 'espalier-runs'))
      .filter((name) => !name.includes('.') && name.includes('_'))
      .sort();
  }

  /** Runs the command line to its end. */
  espalier(...args: readonly string[]): Promise<Ended> {
    return ended(this.start(...args));
  }

  /** `espalier run` on the made suite and the fake substrate. */
  run(...args: readonly string[]): Promise<Ended> {
    return this.espalier('run', '--substrate', 'fake', '--suite', 'testing', ...args);
  }

  start(...args: readonly string[]): ChildProcess {
    const { CI: _, ...env } = process.env;
    const main = join(this.#tree, 'src', 'cli', 'main.ts');
    return spawn(process.execPath, [main, ...args], {
      cwd: this.dir,
      env: {
        ...env,
        ESPALIER_CACHE: join(this.dir, 'cache'),
        ESPALIER_RUNS: '',
        XDG_STATE_HOME: join(this.dir, this.installation),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #list(): void {
    const lines = [...this.#tests].map(([name, status]) => `kvmplutotest\t${name}\t${status}\n`);
    this.write('testing/pluto/TESTLIST', lines.join(''));
  }
}

/** A reference console: each command with what it prints. */
export function reference(host: string, ...commands: readonly (readonly [line: string, output?: string])[]): string {
  const text = commands.map(([line, output = '']) => `${line}\n${output}`).join(`${host} #\n `);
  // The suite's driver ends every sanitized console with an empty line.
  return `${text}\n`;
}

/** A test of one host that passes. */
export function passing(line = 'echo fine', output = 'fine\n'): TestFiles {
  return { 'eastinit.sh': `${line}\n`, 'east.console.txt': reference('east', [line, output]) };
}

/** Collects the output of a command until it has ended. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const parts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      parts[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...parts };
}

/** Output without what differs from run to run: ids, times, folders. */
export function normal(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d-\d{3}_[0-9a-f]{4}/g, 'RUN')
    .replace(/\b\d+(?:\.\d+)? s\b/g, 'N s')
    .replace(/about (?:\d+ min )?N s left/g, 'about N s left')
    .replace(/\/tmp\/espalier-e2e-\w+/g, 'DIR');
}
