import type { AttemptCost } from '../model/attempt.ts';
import type { LoadedScenario } from '../model/suite.ts';

/** What the lab did, as its agent marks it (guest/agent/agent.h): else a step's index. */
const marked = { postMortem: 0xffff_ffff, evidence: 0xffff_fffe, waiting: 0xffff_fffd, orders: 0xffff_fffc } as const;

/** Bytes of a mark: what begins, the lab's CPU time so far, µs, its hand-overs so far, and the CPU time of its kernel process so far, µs. */
const markSize = 28;

/** Marks after output have this and the number of lines that consoles have printed so far (`LabPlan.markOutput`). */
export const outputMark = 0x8000_0000;

/** From here on the lab does something else. */
export interface CostMark {
  readonly what: number;
  /** CPU time of the lab so far, ms. */
  readonly cpuMs: number;
  /** Times so far that the kernel process let a process of the guest run. */
  readonly handOvers: number;
  /** CPU time so far of the lab's kernel alone, without the guest's processes, ms. */
  readonly kernelMs: number;
}

/** What an ended lab's processes took. */
export interface LabUsage {
  readonly marks: readonly CostMark[];
  readonly cpuMs: number;
  readonly pageFaults: number;
}

/** Reads marks as the starter stores them; the end of a lab that was cut off may lack some bytes. */
export function readMarks(bytes: Buffer): CostMark[] {
  const count = Math.floor(bytes.length / markSize);
  return Array.from({ length: count }, (_, index) => ({
    what: bytes.readUInt32LE(index * markSize),
    cpuMs: Number(bytes.readBigUInt64LE(index * markSize + 4)) / 1000,
    handOvers: Number(bytes.readBigUInt64LE(index * markSize + 12)),
    kernelMs: Number(bytes.readBigUInt64LE(index * markSize + 20)) / 1000,
  }));
}

type Part = 'boot' | 'daemonStart' | 'commands' | 'postMortem' | 'capture' | 'waiting';

/** Sums up what each part of a lab cost; `undefined` where nobody marked the parts. */
export function costOf(loaded: LoadedScenario, usage: LabUsage): AttemptCost | undefined {
  const { marks, cpuMs, pageFaults } = usage;
  const last = marks.at(-1);
  if (last === undefined) return undefined;
  const sums: Record<Part, number> = { boot: 0, daemonStart: 0, commands: 0, postMortem: 0, capture: 0, waiting: 0 };
  let part: Part = 'boot';
  let before = { cpuMs: 0, handOvers: 0 };
  let handOvers = 0;
  for (const mark of [...marks, { ...last, what: marked.evidence, cpuMs }]) {
    sums[part] += Math.max(0, mark.cpuMs - before.cpuMs);
    if (part !== 'waiting') handOvers += mark.handOvers - before.handOvers;
    part = partOf(loaded, mark.what);
    before = { cpuMs: Math.max(before.cpuMs, mark.cpuMs), handOvers: mark.handOvers };
  }
  return {
    bootCpuMs: Math.round(sums.boot),
    daemonStartCpuMs: Math.round(sums.daemonStart),
    commandsCpuMs: Math.round(sums.commands),
    postMortemCpuMs: Math.round(sums.postMortem),
    captureCpuMs: Math.round(sums.capture),
    waitingCpuMs: Math.round(sums.waiting),
    pageFaults,
    handOvers,
  };
}

function partOf({ plan: { steps }, startsDaemon }: LoadedScenario, what: number): Part {
  switch (what) {
    case marked.postMortem:
      return 'postMortem';
    case marked.evidence:
      return 'capture';
    case marked.waiting:
      return 'waiting';
    case marked.orders:
      return 'commands';
  }
  const step = steps[what];
  if (step?.by === 'look') return 'capture';
  if (step?.by === 'start' || startsDaemon?.includes(what)) return 'daemonStart';
  return 'commands';
}
