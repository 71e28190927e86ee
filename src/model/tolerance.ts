import { z } from 'zod';
import { tolerableKinds } from './issue-kinds.ts';
import { type Of, optionalText, text } from './schema.ts';

export const toleranceSchema = z.object({
  what: z.enum(tolerableKinds),
  /** For people. */
  why: text,
  /** Only there. */
  host: optionalText,
  /** Only where the message or the line that it is about holds this. */
  text: optionalText,
});
/** A fault that a scenario declares, so that it does not count. */
export type Tolerance = Of<typeof toleranceSchema>;
