import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordFile, readRecords } from '../../src/evidence/records/reader.ts';
import { type Lab, type LabResult, startLab } from '../../src/lab/substrate/lifecycle.ts';
import { uml } from '../../src/lab/substrate/uml/uml.ts';
import type { LabLimits } from '../../src/lab/substrate/watchdog.ts';
import type { LabPlan } from '../../src/model/scenario.ts';
import { backends, planOf } from '../conformance/backends.ts';
import { type Command, readCommands } from '../conformance/transcripts.ts';

/** What a test asks of a lab beyond its commands. */
export interface Ask {
  readonly change?: Partial<LabPlan>;
  readonly seed?: bigint;
  readonly limits?: LabLimits;
  /** Another kernel than the usual one. */
  readonly kernel?: string;
  /** The step at which its kernel stops for a debugger. */
  readonly holdAt?: number;
}

/** What an ended lab left. */
export interface Ran {
  readonly result: LabResult;
  readonly commands: readonly Command[];
  readonly records: Buffer;
  readonly file: RecordFile;
  readonly captures: Readonly<Record<string, Buffer>>;
  readonly kernelLog: string;
}

const [backend] = (await backends()).filter(({ substrate }) => substrate === uml);

/** For `test`'s `skip`: why there can be no lab here. */
export const skip = backend === undefined ? 'left out by ESPALIER_CONFORMANCE' : (backend.missing ?? false);

/** The kernel that the labs here boot. */
export const kernel = backend?.kernel ?? '';

/** A lab of two plain hosts, east and west; lines read `host: command`. */
export function plan(lines: readonly string[], change: Partial<LabPlan> = {}): LabPlan {
  return planOf({ image: backend?.image ?? '' }, lines, change);
}

function readRan(dir: string, result: LabResult): Ran {
  const records = readFileSync(join(dir, 'records'));
  const links = join(dir, 'links');
  return {
    result,
    records,
    file: readRecords(records),
    commands: readCommands(records),
    captures: Object.fromEntries(readdirSync(links).map((name) => [name, readFileSync(join(links, name))])),
    kernelLog: readFileSync(join(dir, 'kernel.log'), 'latin1'),
  };
}

/** Starts a lab, lets `course` go on with it and waits for its end. */
export async function withLab(
  lines: readonly string[],
  ask: Ask & { readonly hold: boolean },
  course: (lab: Lab, dir: string) => Promise<void>,
): Promise<Ran> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-lab-'));
  try {
    const request = {
      dir,
      plan: plan(lines, ask.change),
      kernel: ask.kernel ?? backend?.kernel ?? '',
      seed: ask.seed ?? 1n,
      ...(ask.holdAt !== undefined && { holdAt: ask.holdAt }),
    };
    await using lab = await startLab(uml, { ...request, hold: ask.hold }, ask.limits);
    await course(lab, dir);
    return readRan(dir, await lab.ended);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a list of commands to its end. */
export function runLab(lines: readonly string[], ask: Ask = {}): Promise<Ran> {
  return withLab(lines, { ...ask, hold: false }, async () => {});
}

/** Output of each command. */
export function outputs(ran: Ran): string[] {
  return ran.commands.map(({ output }) => output);
}

/** Whole seconds that each command took on the lab's clock. */
export function secondsOf({ ns = -1n }: Command): number {
  return Math.floor(Number(ns) / 1e9);
}
