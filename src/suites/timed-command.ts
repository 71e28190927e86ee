import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { every } from '../base/deadline.ts';
import { EspalierError } from '../base/errors.ts';
import { makeWorkFolder } from '../base/work-folder.ts';
import { plainImage } from '../daemons/table.ts';
import { decode } from '../evidence/records/decode.ts';
import { readRecords } from '../evidence/records/reader.ts';
import { type CostMark, outputMark, readMarks } from '../lab/cost.ts';
import { startLab } from '../lab/substrate/lifecycle.ts';
import type { KernelChoice } from '../lab/substrate/substrate.ts';
import { defaultLimits } from '../lab/substrate/watchdog.ts';
import type { LabSupply } from '../lab/supply.ts';
import type { LabPlan } from '../model/scenario.ts';

/** A program that is run in a lab of one host without a network. */
export interface TimedCommand {
  readonly what: string;
  /** A static program. */
  readonly program: Uint8Array;
  readonly arguments: readonly string[];
  readonly supply: LabSupply;
  readonly kernel: KernelChoice;
  /** MiB of the lab. */
  readonly memory: number;
  /** The lab is ended once it used so much CPU since the last line, ms. */
  readonly limitMs: number;
}

/** A line that the program printed, with the CPU time that the lab had used then. */
export interface TimedLine {
  /** Empty for one that was printed, but not recorded when the lab was ended. */
  readonly text: string;
  /** ms of the lab's kernel alone, and of all the lab's processes; absent: the lab was ended before it was known. */
  readonly kernelMs?: number;
  readonly labMs?: number;
}

/** What became of it. */
export interface TimedOutput {
  readonly lines: readonly TimedLine[];
  /** CPU that it used after its last line, ms, where that was too much and the lab was ended. */
  readonly overMs?: number;
}

const second = 1_000_000_000n;
const program = '/opt/timed-command';
const host = 'bench';
const pollMs = 100;

/**
 * Runs a program in a lab and says what CPU time each line of its output came at. Throws `guest` where it fails, with its last line, and
 * `infrastructure` where the lab does not come to its end.
 */
export async function runTimed(command: TimedCommand): Promise<TimedOutput> {
  const { supply, kernel, what, limitMs } = command;
  using work = makeWorkFolder('lab');
  const dir = work.path;
  const plan = await planOf(command);
  const request = { dir, plan, kernel: kernel.path, seed: 1n, hold: false };
  // Whatever the watchdog takes for a livelock was ended before for its cost.
  const limits = { ...defaultLimits, spinCpuMs: 10 * limitMs + defaultLimits.spinCpuMs };
  await using lab = await startLab(supply.substrate, request, limits);
  let overMs: number | undefined;
  using _watch = every(pollMs, () => {
    const since = lastMark(join(dir, 'lab', 'cost'));
    if (since === undefined || lab.over || lab.cpuMs - since.cpuMs <= limitMs) return;
    overMs ??= lab.cpuMs - since.cpuMs;
    lab.cancel();
  });
  const stop = (): void => lab.cancel();
  supply.signal.addEventListener('abort', stop, { once: true });
  const { end, usage } = await lab.ended;
  supply.signal.removeEventListener('abort', stop);
  if (supply.signal.aborted) throw new EspalierError('cancelled', `stopped while measuring ${what}`);
  const { lines, status } = printed(readFileSync(join(dir, 'records')));
  const marks = (usage?.marks ?? []).filter(isOfOutput);
  const count = Math.max(lines.length, (marks.at(-1)?.what ?? 0) - outputMark);
  const timed = withMarks(lines, marks, count);
  if (overMs !== undefined) return { lines: timed, overMs };
  if (end.word !== 'completed')
    throw new EspalierError('infrastructure', `the lab of ${what} ended with ${end.word}: ${end.detail ?? ''}`);
  const last = lines.at(-1) ?? '';
  if (status !== 0 && !last.startsWith('unsupported '))
    throw new EspalierError('guest', `${what} could not be measured`, { output: last });
  // A line before the first record would shift all others.
  if (count !== lines.length || timed.some(({ kernelMs }) => kernelMs === undefined))
    throw new EspalierError('bug', `some lines of ${what} came without a mark of CPU time`);
  return { lines: timed };
}

async function planOf({ program: content, arguments: words, supply, memory }: TimedCommand): Promise<LabPlan> {
  const line = [program, ...words].join(' ');
  return {
    topology: { hosts: [{ name: host, nics: [], routes: [], sysctls: [] }], links: [] },
    images: { [host]: (await supply.image(plainImage)).path },
    sharedTrees: [],
    files: [{ host, path: program, mode: 0o755, content }],
    cwd: '/root',
    shellSetup: [],
    steps: [{ kind: 'command', host, line, origin: { file: '', line: 0 } }],
    timing: { start: 1_800_000_000n * second, warmup: second, gap: 0n, deadline: 1_000_000n * second },
    collect: [],
    markOutput: true,
    memory,
  };
}

function lastMark(path: string): CostMark | undefined {
  return existsSync(path) ? readMarks(readFileSync(path)).filter(isOfOutput).at(-1) : undefined;
}

/** The largest numbers are marks of other kinds (src/lab/cost.ts). */
const mostLines = 0x7000_0000;

function isOfOutput({ what }: CostMark): boolean {
  return what >= outputMark && what < outputMark + mostLines;
}

function printed(bytes: Buffer): { readonly lines: readonly string[]; readonly status: number | undefined } {
  let status: number | undefined;
  const pieces: Uint8Array[] = [];
  for (const record of readRecords(bytes).records) {
    const said = decode(record);
    if (said.type === 'output') pieces.push(said.bytes);
    if (said.type === 'commandEnd') status = said.status;
  }
  const lines = Buffer.concat(pieces).toString('utf8').split('\n');
  lines.pop();
  return { lines, status };
}

/** Lines are counted from the lab's first one. */
function withMarks(lines: readonly string[], marks: readonly CostMark[], count: number): TimedLine[] {
  const byLine = new Map(marks.map((mark) => [mark.what - outputMark, mark] as const));
  return Array.from({ length: count }, (_, at) => {
    const mark = byLine.get(at + 1);
    return { text: lines[at] ?? '', ...(mark && { kernelMs: mark.kernelMs, labMs: mark.cpuMs }) };
  });
}
