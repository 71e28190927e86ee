import { z } from 'zod';
import { count, type Of, optionalText, text } from './schema.ts';

const outcome = z.object({
  host: text,
  /** What was asked: a matcher, a command. */
  asked: text,
  file: text,
  /** From 1; absent: no line of the file asks for it. */
  line: count.exactOptional(),
  /** In words, `received` of several lines. */
  expected: text,
  received: text,
  /** `undecided`: what was asked gave no answer. */
  outcome: z.enum(['holds', 'fails', 'undecided']),
  /** Virtual nanoseconds since 1970, decimal: when it was asked or decided. */
  time: optionalText,
});
/** A check that a test made by itself, and what came of it. */
export type CheckOutcome = Of<typeof outcome>;

/** `derived/checks.json`: all checks of a test whose format has some, those that hold too. Version 1 was one suite's own. */
export const outcomesSchema = z.object({ version: z.literal(2), checks: z.array(outcome) });
