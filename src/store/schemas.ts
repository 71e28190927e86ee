import { z } from 'zod';
import { type AttemptFile, endWords } from '../model/attempt.ts';
import { packetWords, type Verdict, verdictWords } from '../model/verdict.ts';

const text = z.string();
const optionalText = text.exactOptional();
const count = z.number().int().nonnegative();
const identity = z.object({ id: text, sha256: text });

/** `verdict.json`. */
export const verdictSchema: z.ZodType<Verdict> = z.object({
  version: z.literal(2),
  word: z.enum(verdictWords),
  upstream: text,
  issues: z.array(
    z.object({
      kind: text,
      word: z.enum(verdictWords),
      host: optionalText,
      file: optionalText,
      line: z.number().exactOptional(),
      command: optionalText,
      packet: count.exactOptional(),
      message: text,
      excerpt: optionalText,
    }),
  ),
  facts: z
    .object({ pairs: count, packets: z.record(z.enum(packetWords), count), halfOpen: z.array(text) })
    .exactOptional(),
  adapted: z.array(text),
  passesOnlyAdapted: z.boolean(),
});

const attemptTime = z.object({
  started: text,
  wallMs: z.number(),
  bootMs: z.number(),
  labCpuMs: z.number(),
  virtualNs: text,
});

/** `attempt.json`. */
export const attemptSchema: z.ZodType<AttemptFile> = z.object({
  version: z.literal(1),
  suite: text,
  name: text,
  attempt: count,
  hosts: z.array(text),
  inputs: z.object({
    kernel: identity,
    images: z.record(text, identity),
    overlays: z.record(text, z.array(identity)).exactOptional(),
    suite: identity.extend({ commit: z.object({ hash: text, date: text, subject: text }).exactOptional() }),
    versions: z.record(text, text),
    seed: optionalText,
  }),
  end: z.object({
    word: z.enum(endWords),
    detail: optionalText,
    host: optionalText,
    step: count.exactOptional(),
  }),
  time: attemptTime,
});

const entry = z.object({
  suite: text,
  name: text,
  status: text,
  hosts: z.array(text),
  unsupported: optionalText,
  broken: optionalText,
  warnings: z.array(text).readonly().exactOptional(),
});

/** What a run was asked to do; enough to resume it. */
const options = z.object({
  substrate: text,
  kernel: optionalText,
  suite: optionalText,
  overlay: z.array(text),
  helpers: optionalText,
  /** Decimal; absent: the labs draw on the machine's randomness. */
  seed: optionalText,
  retries: count,
  repeatEach: count.min(1),
  /** Each scenario runs with so many seeds, from `seed` on; absent: with one. */
  seeds: count.min(2).exactOptional(),
  /** Virtual seconds per command, where it is not the scenario's own. */
  timeout: z.number().positive().exactOptional(),
  /** Virtual milliseconds between two commands, where they are not the scenario's own. */
  gap: count.exactOptional(),
  baseline: optionalText,
});

/** `run.json`: written once, before the first attempt. */
export const runSchema = z.object({
  version: z.literal(1),
  id: text,
  started: text,
  espalier: text,
  command: z.array(text),
  options,
  /** Id of the run that this one replays an attempt of. */
  replayOf: optionalText,
  machine: z.object({ cpu: text, cores: count, memoryMiB: count, system: text, node: text }),
  scenarios: z.array(entry),
});

export type RunFile = z.infer<typeof runSchema>;
export type RunOptions = RunFile['options'];

/** `durations.json` of a runs folder: wall milliseconds of the last lab of each scenario. */
export const durationsSchema = z.object({
  version: z.literal(1),
  milliseconds: z.record(text, z.number().nonnegative()),
});

/** `.last-run.json` of a runs folder. */
export const lastRunSchema = z.object({
  version: z.literal(1),
  run: text,
  failed: z.array(z.object({ suite: text, name: text })),
});

/** The part of a `results.json` that a baseline is read for. */
export const baselineSchema = z.object({
  version: z.literal(1),
  results: z.array(z.object({ suite: text, name: text, word: z.enum(verdictWords) })),
});

/** The part of a `results.json` that the index holds. */
export const storedResultsSchema = z.object({
  version: z.literal(1),
  complete: z.boolean(),
  results: z.array(
    z.object({
      suite: text,
      name: text,
      word: z.enum(verdictWords),
      upstream: text,
      expected: z.boolean(),
      passesOnlyAdapted: z.boolean(),
      attempts: z.array(
        z.object({
          attempt: count,
          word: z.enum(verdictWords),
          seed: optionalText,
          time: attemptTime.exactOptional(),
        }),
      ),
    }),
  ),
});
