import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { every } from '../../src/base/deadline.ts';
import { projectDir } from '../../src/base/folders.ts';
import { secret } from './canary.ts';
import { withTraps } from './traps.ts';

/** What is tried, and how often. */
export interface Fuzzing {
  readonly kind: 'suites' | 'archives';
  readonly count: number;
  /** Of the first one; those after it count up. */
  readonly seed: number;
  /** Longer than this one may take no time. */
  readonly limitMs: number;
}

/** What came of it. */
export interface Fuzzed {
  readonly done: number;
  readonly troubles: readonly string[];
  readonly longestMs: number;
  readonly mostKiB: number;
  /** Why only planted files were watched; `undefined`: other places of the machine were too. */
  readonly unwatched: string | undefined;
}

/** Memory that the worker may take, in KiB. */
const mostKiB = 1024 * 1024;

/** Tries them in a process of its own, which is started again behind one that ended it. */
export async function fuzzSuites(fuzzing: Fuzzing): Promise<Fuzzed> {
  const all: Fuzzed = { done: 0, troubles: [], longestMs: 0, mostKiB: 0, unwatched: undefined };
  const sum = { ...all, troubles: [] as string[] };
  const end = fuzzing.seed + fuzzing.count;
  for (let from = fuzzing.seed; from < end; ) {
    const { next, ...part } = await work(fuzzing, from, end);
    sum.done += part.done;
    sum.troubles.push(...part.troubles);
    sum.longestMs = Math.max(sum.longestMs, part.longestMs);
    sum.mostKiB = Math.max(sum.mostKiB, part.mostKiB);
    sum.unwatched = part.unwatched;
    from = next;
  }
  return sum;
}

async function work({ kind, limitMs }: Fuzzing, from: number, to: number): Promise<Fuzzed & { readonly next: number }> {
  const script = join(projectDir, 'test/hostile/suites-worker.ts');
  const words = [script, '--kind', kind, '--from', String(from), '--to', String(to)];
  const { command, args, env, why } = withTraps(process.execPath, words, secret);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const state = { seed: from, since: performance.now(), done: 0, longestMs: 0, mostKiB: 0, stopped: '' };
  const troubles: string[] = [];
  using _watch = every(100, () => {
    state.mostKiB = Math.max(state.mostKiB, memoryOf(child.pid));
    if (state.mostKiB > mostKiB) state.stopped = 'takes more than 1 GiB';
    else if (performance.now() - state.since > limitMs) state.stopped = `takes longer than ${limitMs / 1000} s`;
    if (state.stopped !== '') child.kill('SIGKILL');
  });
  for await (const line of createInterface(child.stdout)) {
    const { seed, ms, trouble } = JSON.parse(line) as { seed: number; ms?: number; trouble?: string };
    state.seed = seed;
    state.since = performance.now();
    if (ms === undefined) continue;
    state.done += 1;
    state.longestMs = Math.max(state.longestMs, ms);
    if (trouble !== undefined) troubles.push(`${kind}, seed ${seed}: ${trouble}`);
  }
  const { done, longestMs } = state;
  const isWhole = from + done === to;
  if (!isWhole)
    troubles.push(`${kind}, seed ${state.seed}: ${state.stopped || `ended by ${child.signalCode ?? child.exitCode}`}`);
  return {
    done: isWhole ? done : done + 1,
    troubles,
    longestMs,
    mostKiB: state.mostKiB,
    unwatched: why,
    next: from + done + (isWhole ? 0 : 1),
  };
}

/** Resident memory of a process, in KiB. */
function memoryOf(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
