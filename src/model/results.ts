import { z } from 'zod';
import { endSchema, lacksSchema, timeSchema } from './attempt.ts';
import { count, type Of, optionalText, text } from './schema.ts';
import { blindSchema, issueSchema, toleratedSchema } from './verdict.ts';
import { verdictWords } from './words.ts';

const word = z.enum(verdictWords);

/** One attempt as the results list it. */
const attemptResult = z.object({
  attempt: count,
  word,
  /** Decimal; absent where the lab had none. */
  seed: optionalText,
  /** Why the lab ended, where there was one. */
  end: endSchema.exactOptional(),
  time: timeSchema.exactOptional(),
  lacks: lacksSchema.exactOptional(),
  /** As in its verdict. */
  blind: blindSchema.exactOptional(),
});

const change = z.enum(['newly failing', 'newly passing', 'changed']);
/** How a result compares with the baseline. */
export type Change = z.infer<typeof change>;

const seedsOfWord = z.object({
  word,
  /** Decimal, in the order of the attempts. */
  seeds: z.array(text),
});
/** The seeds that came to a word. */
export type SeedsOfWord = Of<typeof seedsOfWord>;

export const scenarioResultSchema = z.object({
  suite: text,
  name: text,
  status: text,
  hosts: z.array(text),
  word,
  upstream: text,
  expected: z.boolean(),
  change: change.exactOptional(),
  adapted: z.array(text),
  passesOnlyAdapted: z.boolean(),
  issues: z.array(issueSchema),
  /** Absent where nothing is. */
  tolerated: z.array(toleratedSchema).exactOptional(),
  /** Which seeds came to which word, the weightiest first; only where the word depends on the seed. */
  chance: z.array(seedsOfWord).exactOptional(),
  attempts: z.array(attemptResult),
});
/** What a run says about one scenario. */
export interface ScenarioResult extends Of<typeof scenarioResultSchema> {}

const cluster = z.object({
  /** Changed lines with their signs, as the first of the tests shows them. */
  lines: z.array(text),
  /** Keys of the tests in order. */
  tests: z.array(text),
});
/** The same change, seen in several tests. */
export type Cluster = Of<typeof cluster>;

/** `results.json`: derived from `run.json` and the attempts, can be rebuilt at any time. */
export const resultsSchema = z.object({
  version: z.literal(1),
  run: text,
  /** Every scenario of the run has a result. */
  complete: z.boolean(),
  /** Count of each word that occurs, in order of precedence. */
  totals: z.partialRecord(word, count),
  /** How many of the passed pass only with an adaptation. */
  passedAdapted: count,
  results: z.array(scenarioResultSchema),
  pending: z.array(z.object({ suite: text, name: text })),
  /** Changes that several scenarios show, largest group first; absent where there are none. */
  clusters: z.array(cluster).exactOptional(),
});
export interface Results extends Of<typeof resultsSchema> {}

/** The part of a `results.json` that a baseline is read for; people also write such files by hand. */
export const baselineSchema = resultsSchema
  .pick({ version: true })
  .extend({ results: z.array(scenarioResultSchema.pick({ suite: true, name: true, word: true })) });

/** The part of a `results.json` that the index holds. */
export const indexedResultsSchema = resultsSchema.pick({ version: true, complete: true }).extend({
  results: z.array(
    scenarioResultSchema
      .pick({ suite: true, name: true, word: true, upstream: true, expected: true, passesOnlyAdapted: true })
      .extend({
        attempts: z.array(attemptResult.omit({ end: true })),
        issues: z.array(issueSchema.pick({ kind: true })),
      }),
  ),
});
