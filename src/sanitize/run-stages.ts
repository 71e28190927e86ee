import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline, every } from '../base/deadline.ts';
import { isIdle, joinStages, type Stage } from './plan-stages.ts';

/** A sanitized text, or why sanitizing failed. */
export type Sanitized = { readonly output: Uint8Array } | { readonly problem: string };

/** How sanitizers are run. */
export interface RunStagesOptions {
  /** Existing folder for files in between; they are removed. */
  readonly dir: string;
  /** One process per script and none left out: as the suite does it, to compare with. */
  readonly plain?: boolean;
  readonly timeoutMs?: number;
}

/**
 * Sanitizers see no environment but this. Bytes are bytes: in the C locale the suite's scripts give
 * what they give in UTF-8 for its references, and garbled output does not stop them.
 */
const environment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
const commands: Readonly<Record<Stage['tool'], readonly [string, ...string[]]>> = {
  sed: ['sed', '--sandbox'],
  'sed -n': ['sed', '--sandbox', '-n'],
  gawk: ['gawk', '--sandbox'],
};
/** Longest output of one process. */
const outputLimit = 256 * 1024 * 1024;

/**
 * Sends a text through the pipeline and appends the empty line that references end with. Processes
 * run one after the other, each from a file into a file; one whose scripts cannot change its
 * input is left out. Any word on standard error counts as failure, as it does for the suite.
 */
export async function runStages(
  stages: readonly Stage[],
  input: Uint8Array,
  options: RunStagesOptions,
): Promise<Sanitized> {
  const dir = mkdtempSync(join(options.dir, '.sanitize-'));
  const end = performance.now() + (options.timeoutMs ?? 30_000);
  try {
    let text = input;
    let file = join(dir, 'input');
    writeFileSync(file, text);
    for (const [index, stage] of (options.plain ? stages : joinStages(stages)).entries()) {
      if (!options.plain && isIdle(stage, text)) continue;
      const output = join(dir, String(index));
      const problem = await runStage(stage, { input: file, output, timeoutMs: end - performance.now() });
      if (problem !== undefined) return { problem };
      text = readFileSync(output);
      file = output;
    }
    return { output: Buffer.concat([text, Buffer.from('\n')]) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface StageFiles {
  readonly input: string;
  readonly output: string;
  readonly timeoutMs: number;
}

async function runStage(stage: Stage, files: StageFiles): Promise<string | undefined> {
  const names = stage.scripts.map((script) => script.name).join(', ');
  const [command, ...args] = commands[stage.tool];
  for (const script of stage.scripts) args.push('-f', script.path);
  const output = openSync(files.output, 'w');
  const stdio = [openSync(files.input, 'r'), output, openSync(`${files.output}.err`, 'w')];
  let status: string | number;
  try {
    status = await ended(spawn(command, args, { env: environment, stdio }), output, files.timeoutMs);
  } finally {
    for (const fd of stdio) closeSync(fd);
  }
  if (typeof status === 'string') return `${command} with ${names}: ${status}`;
  const complaint = readFileSync(`${files.output}.err`, 'utf8').trim();
  if (status === 0 && complaint === '') return undefined;
  return `${command} with ${names}: exit status ${status}${complaint && `: ${complaint.slice(0, 500)}`}`;
}

/** Waits for a process: its exit status, or what kept it from having one. */
function ended(child: ChildProcess, output: number, timeoutMs: number): Promise<string | number> {
  const { promise, resolve } = Promise.withResolvers<string | number>();
  let stopped: string | undefined;
  const stop = (why: string): void => {
    stopped ??= why;
    child.kill('SIGKILL');
  };
  const clock = deadline(Math.max(timeoutMs, 1), () => stop('took too long'));
  const watch = every(100, () => {
    if (fstatSync(output).size > outputLimit) stop('wrote without end');
  });
  child.once('error', (cause: NodeJS.ErrnoException) =>
    resolve(cause.code === 'ENOENT' ? 'not found on this machine' : cause.message),
  );
  child.once('exit', (code, signal) => resolve(stopped ?? code ?? `ended by ${signal}`));
  return promise.finally(() => {
    clock.stop();
    watch.stop();
  });
}
