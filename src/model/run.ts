import { z } from 'zod';
import { faultedLabSchema, faultRuleSchema } from './faults.ts';
import { entrySchema } from './scenario.ts';
import { count, fileName, hash, type Of, optionalText, text } from './schema.ts';

const options = z.object({
  substrate: text,
  kernel: optionalText,
  /** `--kconfig`: the file's name as it was typed, and the options in it. */
  kconfig: z.object({ file: text, options: z.record(text, text) }).exactOptional(),
  suite: optionalText,
  overlay: z.array(text),
  /** `[HOST:]NAME=DIR[@COMMIT]` */
  source: z.array(text).exactOptional(),
  flavour: optionalText,
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
  /** Processors and MiB of memory of each host, where hosts are machines of their own. */
  machines: z.object({ cpus: count.min(1).exactOptional(), memory: count.min(1).exactOptional() }).exactOptional(),
  /** `--faults`: the file's name as it was typed, and what stood in it. */
  faults: z
    .object({ file: text, rules: z.array(faultRuleSchema), lab: faultedLabSchema.exactOptional() })
    .exactOptional(),
  /** Labs count which code of the kernel ran. */
  coverage: z.literal(true).exactOptional(),
  /** Labs boot kernels with their own checkers. */
  checkers: z.literal(true).exactOptional(),
  baseline: optionalText,
  /** Suites that are called by a part of their path: name in this run → absolute path of a folder or file of scenarios. */
  paths: z.record(text, text).exactOptional(),
});
/** What a run was asked to do; enough to resume it. */
export interface RunOptions extends Of<typeof options> {}

/** `run.json`: written once, before the first attempt. */
export const runSchema = z.object({
  version: z.literal(1),
  id: fileName,
  /** ISO 8601 wall date. */
  started: text,
  /** Espalier's version. */
  espalier: text,
  /** The command line, a word each. */
  command: z.array(text),
  options,
  /** Id of the run that this one replays an attempt of. */
  replayOf: optionalText,
  machine: z.object({ cpu: text, cores: count, memoryMiB: count, system: text, node: text }),
  scenarios: z.array(entrySchema),
  /** By the key of the installation that made the run, over all the rest; absent: an earlier version, or one that has no key. */
  signature: hash.exactOptional(),
});
export interface RunFile extends Of<typeof runSchema> {}

/** `durations.json` of a runs folder: wall milliseconds of the last lab of each scenario, by `keyOf`. */
export const durationsSchema = z.object({
  version: z.literal(1),
  milliseconds: z.record(text, z.number().nonnegative()),
});

/** `.last-run.json` of a runs folder. */
export const lastRunSchema = z.object({
  version: z.literal(1),
  run: text,
  failed: z.array(z.object({ suite: text, name: text })),
  /** `paths` of the run's options. */
  paths: z.record(text, text).exactOptional(),
  /** As in `run.json`. */
  signature: hash.exactOptional(),
});
