import { z } from 'zod';
import { fileName, hash, type Of, text } from '../../model/schema.ts';

const rewriteSchema = z.object({
  id: text,
  /** Of what it does: see `versionOf`. */
  version: text,
});
/** An adaptation of received text as a run names it. */
export type StoredRewrite = Of<typeof rewriteSchema>;

/** What one console is compared with, as `scenario.json` holds it. */
export const expectationSchema = z.object({
  /** Name of the host, or `all`. */
  host: fileName,
  /** Name of the reference in the suite. */
  file: fileName,
  /** The reference's bytes, sanitized, by their hash in the run's inputs; absent: the suite has none. */
  expected: hash.exactOptional(),
  /** Names of sanitizers in order of application. */
  sanitizers: z.array(text),
  /** Adaptations of received text that may be needed after them, in order. Earlier versions stored their ids alone. */
  rewrites: z.array(z.union([rewriteSchema, text])),
});
export type StoredExpectation = Of<typeof expectationSchema>;

/** The same with the reference's bytes. */
export interface ConsoleExpectation extends Omit<StoredExpectation, 'expected'> {
  readonly expected?: Uint8Array;
}
