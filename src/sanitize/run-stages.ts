import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '../base/deadline.ts';
import { limitReached, type ProgramLimits, walled, whyNotStarted } from '../base/foreign-program.ts';
import { programLimits } from '../base/program-limits.ts';
import { isIdle, joinStages, type Stage, strangePerl } from './plan-stages.ts';

/** A sanitized text, or why sanitizing failed. */
export type Sanitized = { readonly output: Uint8Array } | { readonly problem: string };

/** How sanitizers are run. */
export interface RunStagesOptions {
  /** Existing folder for files in between; they are removed. */
  readonly dir: string;
  /** One process per script and none left out: as the suite does it, to compare with. */
  readonly plain?: boolean;
  /** CPU seconds that one process may use. */
  readonly cpuSeconds?: number;
}

/**
 * Sanitizers see no environment but this. Bytes are bytes: in the C locale the suite's scripts give
 * what they give in UTF-8 for its references, and garbled output does not stop them.
 */
const environment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
const commands: Readonly<Record<Exclude<Stage['tool'], 'perl'>, readonly [string, ...string[]]>> = {
  sed: ['sed', '--sandbox'],
  'sed -n': ['sed', '--sandbox', '-n'],
  gawk: ['gawk', '--sandbox'],
};
/** For all processes of a text; their CPU limits end them long before on a machine that gives them CPU at all. */
const longestWallMs = 300_000;
/** Bytes that are kept of what a process says as errors. */
const longestComplaint = 500;

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
  const end = performance.now() + longestWallMs;
  const bounds = {
    ...programLimits.sanitizer,
    ...(options.cpuSeconds !== undefined && { cpuSeconds: options.cpuSeconds }),
  };
  try {
    let text = input;
    writeFileSync(join(dir, 'input'), text);
    for (const stage of options.plain ? stages : joinStages(stages)) {
      if ((!options.plain || stage.tool === 'perl') && isIdle(stage, text)) continue;
      const problem = await runStage(stage, { dir, limits: bounds, timeoutMs: end - performance.now() });
      if (problem !== undefined) return { problem };
      renameSync(join(dir, 'output'), join(dir, 'input'));
      text = readFileSync(join(dir, 'input'));
    }
    return { output: Buffer.concat([text, Buffer.from('\n')]) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Runs a process from `input` into `output` in its folder. Its scripts are written there: they are the bytes that were checked, and
 * messages do not hold a path of this machine.
 */
async function runStage(
  stage: Stage,
  { dir, limits, timeoutMs }: { readonly dir: string; readonly limits: ProgramLimits; readonly timeoutMs: number },
): Promise<string | undefined> {
  const names = stage.scripts.map((script) => script.name).join(', ');
  if (stage.tool === 'perl') return `${names} would change this text, and it ${strangePerl}`;
  const [command, ...args] = commands[stage.tool];
  for (const [index, { content }] of stage.scripts.entries()) {
    const script = `script-${index + 1}`;
    writeFileSync(join(dir, script), content);
    args.push('-f', script);
  }
  const errors = join(dir, 'errors');
  const files = [openSync(join(dir, 'input'), 'r'), openSync(join(dir, 'output'), 'w'), openSync(errors, 'w')];
  let status: string | number;
  try {
    const line = walled(command, args, limits);
    status = await ended(spawn(...line, { cwd: dir, env: environment, stdio: files }), timeoutMs);
  } finally {
    for (const fd of files) closeSync(fd);
  }
  if (typeof status === 'string') return `${command} with ${names}: ${status}`;
  const complaint = beginningOf(errors);
  if (status === 0 && complaint === '') return undefined;
  const why = whyNotStarted(status, complaint);
  if (why !== undefined) return `${command} with ${names}: ${why}`;
  return `${command} with ${names}: exit status ${status}${complaint && `: ${complaint}`}`;
}

function beginningOf(path: string): string {
  const bytes = Buffer.alloc(longestComplaint);
  const file = openSync(path, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(file, bytes)).trim();
  } finally {
    closeSync(file);
  }
}

/** Waits for a process: its exit status, or what kept it from having one. */
function ended(child: ChildProcess, timeoutMs: number): Promise<string | number> {
  const { promise, resolve } = Promise.withResolvers<string | number>();
  let stopped: string | undefined;
  const clock = deadline(Math.max(timeoutMs, 1), () => {
    stopped = 'took too long';
    child.kill('SIGKILL');
  });
  child.once('error', (cause) => resolve(cause.message));
  child.once('exit', (code, signal) => resolve(stopped ?? code ?? limitReached(signal ?? '') ?? `ended by ${signal}`));
  return promise.finally(() => clock.stop());
}
