import { z } from 'zod';
import { clocks } from './scenario.ts';
import { count, decimal, fileName, type Of, optionalText, text } from './schema.ts';
import { traitNames } from './traits.ts';

/** How a lab came to its end; the first cause wins. */
export const endWords = [
  'completed',
  'timeout',
  'flood',
  'shell-exit',
  'livelock',
  'panic',
  'out-of-memory',
  'boot-failed',
  'lab-died',
  'cancelled',
] as const;
export type EndWord = (typeof endWords)[number];

const identity = z.object({ id: text, sha256: text });
/** A named input with the hash of its bytes. */
export type Identity = Of<typeof identity>;

/** What the cache keeps under its id. */
const stored = identity.extend({ id: fileName });

const commit = z.object({
  hash: text,
  /** ISO 8601, of the committer. */
  date: text,
  subject: text,
});
/** A commit of the repository that something was read from. */
export type Commit = Of<typeof commit>;

/**
 * A suite's files; `commit`: the one that a checkout was at, beside which the tree may hold changes of its own. `ownHelpers`: helpers
 * of the suite that ran because Espalier's replacements were written for other versions of them.
 */
export const suiteIdentity = identity.extend({
  commit: commit.exactOptional(),
  ownHelpers: z.array(text).exactOptional(),
});
export type SuiteIdentity = Of<typeof suiteIdentity>;

const inputs = z.object({
  kernel: stored,
  /** The lab's first process; absent: an attempt of an earlier version, or of a substrate that has none. */
  agent: identity.exactOptional(),
  /** Image of each host by host name. */
  images: z.record(text, stored),
  /** Layers over the images by host name, `*` for all hosts. */
  overlays: z.record(text, z.array(identity)).exactOptional(),
  suite: suiteIdentity,
  /** Versions of what is under test by name, e.g. `{ swan: '5.2-2.2' }`, or by `HOST:NAME` where one host has a version of its own. */
  versions: z.record(text, text),
  /** Absent: the lab drew its randomness from this machine. */
  seed: decimal.exactOptional(),
});
/** What was fed into an attempt, by identity. */
export interface AttemptInputs extends Of<typeof inputs> {}

export const endSchema = z.object({
  word: z.enum(endWords),
  /** One line of evidence. */
  detail: optionalText,
  host: optionalText,
  /** Index into the plan's steps of the command that was running. */
  step: count.exactOptional(),
});

export const timeSchema = z.object({
  /** ISO 8601 wall date of the start. */
  started: text,
  wallMs: z.number().nonnegative(),
  /** Boot to first command typed, wall. */
  bootMs: z.number().nonnegative(),
  /** CPU time of the lab's processes. */
  labCpuMs: z.number().nonnegative(),
  /** Nanoseconds on the lab's clock from boot to end, as decimal string. */
  virtualNs: decimal,
});

const milliseconds = z.number().nonnegative();

/**
 * Where an attempt's CPU time went, ms: the lab's processes by what they did, whose sum is `labCpuMs` but for rounding, and judging.
 * What the lab's processes took of this machine besides. Nothing of it repeats exactly, so nothing is held to it.
 */
export const costSchema = z.object({
  /** Until the first command is typed. */
  bootCpuMs: milliseconds,
  /** Commands that start daemons, and those that wait until they run. */
  daemonStartCpuMs: milliseconds,
  /** All other commands, and what goes on between them. */
  commandsCpuMs: milliseconds,
  /** Commands that Espalier or the suite types at the end to see how it ended. */
  postMortemCpuMs: milliseconds,
  /** Taking frames, tables and files, and what Espalier types to read something of the lab. */
  captureCpuMs: milliseconds,
  /** A lab that is driven: standing still until it gets orders. */
  waitingCpuMs: milliseconds,
  /** The process that judged it first. Absent: not judged yet, or by an earlier version. Sanitizers are processes of their own and not in it. */
  judgingCpuMs: milliseconds.exactOptional(),
  /** Page faults that needed no disk. */
  pageFaults: count,
  /** How often the kernel process let a process of the guest run: once for each of its system calls, page faults and signals. Not while it waits for orders. */
  handOvers: count,
});
export type AttemptCost = Of<typeof costSchema>;

/** What the lab's substrate could not promise; absent where it could promise all. */
export const lacksSchema = z.array(z.enum(traitNames));

/** What kept the lab's process from this machine's files, network and processes. */
export const wallsSchema = z.enum(['namespaces', 'landlock', 'none']);

/** `attempt.json`: written once, after the lab is gone; its presence says the attempt is over. */
export const attemptSchema = z.object({
  version: z.literal(1),
  suite: text,
  name: text,
  /** From 0; counts retries and repeats of a scenario in a run. */
  attempt: count,
  hosts: z.array(text),
  inputs,
  lacks: lacksSchema.exactOptional(),
  /** How time passed in the lab; absent: `infinite`, as `LabPlan.clock`. */
  clock: z.enum(clocks).exactOptional(),
  /** Absent: an attempt of an earlier version, or of a substrate whose labs have no processes. */
  walls: wallsSchema.exactOptional(),
  end: endSchema,
  time: timeSchema,
  /** Absent: an attempt of an earlier version, of a substrate without processes, or of a static kernel. */
  cost: costSchema.exactOptional(),
});
export interface AttemptFile extends Of<typeof attemptSchema> {}
