import { z } from 'zod';
import { type Of, text } from './schema.ts';

const state = z.strictObject({
  /** `host: line` of the command. */
  after: text,
  hosts: z.record(text, z.array(text)),
});
/** What hosts have after a command: SAs and policies by host, as sorted text without SPIs, keys and counters. */
export type GoldenState = Of<typeof state>;

/** `facts.json` in a test's folder. Strict, since people edit it: what is not understood is not compared. */
export const goldenSchema = z.strictObject({
  version: z.literal(1),
  states: z.array(state),
});
/** The expected facts of a scenario, as reviewed files hold them: its states in order, each other than the one before. */
export type GoldenFacts = Of<typeof goldenSchema>;
