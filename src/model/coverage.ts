import { z } from 'zod';
import { count, type Of, text } from './schema.ts';

/** Numbers of lines in order, as ranges: `3-5,9`. */
const lineRanges = text.regex(/^(?:\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)?$/);

const functionSchema = z.object({
  name: text,
  line: count,
  /** How often it was called; 0: never reached. */
  calls: count,
});

const fileSchema = z.object({
  /** Name in the tree: `net/xfrm/xfrm_state.c`. */
  source: text,
  /** Lines that code was compiled from. */
  lines: lineRanges,
  /** Those of them that ran. */
  covered: lineRanges,
  functions: z.array(functionSchema),
});

const attempt = { suite: text, name: text, attempt: count };

/** `coverage/coverage.json`: which code under test ran in a run. */
export const coverageSchema = z.object({
  version: z.literal(1),
  /** Ids of the kernels that counted. */
  kernels: z.array(text),
  /** Attempts whose counters are in it. */
  attempts: count,
  /** Attempts whose counters are lost, and why. */
  lost: z.array(z.object({ ...attempt, why: text })),
  files: z.array(fileSchema),
  /** Lines that one test alone covers, by test, the most lines first. */
  only: z.array(
    z.object({ suite: text, name: text, count, files: z.array(z.object({ source: text, lines: lineRanges })) }),
  ),
});
export interface Coverage extends Of<typeof coverageSchema> {}
export type CoveredFile = Coverage['files'][number];
