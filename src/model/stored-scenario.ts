import { z } from 'zod';
import { originSchema } from './scenario.ts';
import { hash, text } from './schema.ts';

/** What `scenario.json` holds whatever the format: what the oracles, reports and other commands read. */
export const storedSchema = z.object({
  version: z.literal(2),
  format: text,
  suite: text,
  name: text,
  description: text.exactOptional(),
  cwd: text,
  postMortem: text.exactOptional(),
  hosts: z.array(text),
  /** Names of captures, and whose frames carry which MAC address, through which interface. */
  links: z.array(text),
  nics: z.array(z.object({ host: text, mac: text, ifindex: z.number().int().exactOptional() })),
  steps: z.array(
    z.object({
      kind: z.enum(['command', 'comment']),
      host: text,
      line: text,
      origin: originSchema,
    }),
  ),
  /** The golden facts, `facts.json`, by the hash of their bytes in the run's inputs. */
  facts: hash.exactOptional(),
});

export type StoredScenario = z.infer<typeof storedSchema>;
