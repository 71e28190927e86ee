import { basename } from 'node:path';
import { z } from 'zod';
import { suiteIdentity } from '../../model/attempt.ts';
import { faultRuleSchema } from '../../model/faults.ts';

/** Bytes of an order once unpacked, for both sides. */
export const largestOrder = 64 * 1024 * 1024;

/** A file in the cache of whoever makes an attempt. */
const file = z.object({ sha256: z.string(), name: z.string() });
export type OrderFile = z.infer<typeof file>;

const identity = z.object({ id: z.string(), sha256: z.string() });

const program = z.object({ id: z.string(), file });

/** How an attempt is made elsewhere: all that it is fed with, by hash. */
export const orderSchema = z.object({
  version: z.literal(1),
  suite: z.string(),
  name: z.string(),
  attempt: z.number(),
  substrate: z.string(),
  seed: z.string().optional(),
  deadline: z.string().optional(),
  gap: z.string().optional(),
  machines: z.object({ cpus: z.number().optional(), memory: z.number().optional() }).optional(),
  faults: z.array(faultRuleSchema).optional(),
  traffic: z.string().optional(),
  kernel: identity.extend({ file: file.optional(), agent: identity.optional(), counters: z.string().optional() }),
  /** Programs that the substrate's labs need beside the kernel. */
  guest: z.object({ agent: program, shim: program, starter: program }).optional(),
  overlays: z.record(z.string(), z.array(identity.extend({ file, under: z.boolean().optional() }))).optional(),
  /** Versions of what was built from source trees. */
  versions: z.record(z.string(), z.string()).optional(),
  how: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('plan'),
      /** The scenario's plain data, as `packValue` made it. */
      scenario: z.string(),
      /** Files that its plan names, by the path that it has for them. */
      files: z.record(z.string(), file),
      /** `scenario.json` of the attempt. */
      stored: z.string(),
      /** Inputs that `stored` names. */
      inputs: z.array(z.string()),
    }),
    z.object({
      kind: z.literal('program'),
      /** What the scenario is made of where the run was started; what the worker finds has to be the same. */
      suite: suiteIdentity,
      /** An archive of the scenario files, what of it was opened, and where the driver has it; absent: the suite is Espalier's own. */
      folder: z
        .object({
          archive: z.string(),
          open: z.string(),
          original: z.object({ folder: z.string(), seenFrom: z.string() }),
        })
        .optional(),
      /** Images by their recipes. */
      images: z.record(
        z.string(),
        identity.extend({ file: file.optional(), versions: z.record(z.string(), z.string()) }),
      ),
    }),
  ]),
});
export type Order = z.infer<typeof orderSchema>;

/** A file of this machine as an order names it. */
export function orderFile(path: string, sha256: string): OrderFile {
  return { sha256, name: basename(path) };
}
