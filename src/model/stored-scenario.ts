import { z } from 'zod';
import { stepSchema } from './scenario.ts';
import { fileName, hash, labPath, type Of, text } from './schema.ts';
import { userspaceStackSchema } from './stacks.ts';
import { toleranceSchema } from './tolerance.ts';

const nic = z.object({ host: fileName, mac: text, ifindex: z.number().int().exactOptional() });
/** Whose frames carry which MAC address, through which interface. */
export type StoredNic = Of<typeof nic>;

/** What `scenario.json` holds whatever the format: what the oracles, reports and other commands read. */
export const storedSchema = z.object({
  version: z.literal(2),
  format: text,
  suite: text,
  name: text,
  description: text.exactOptional(),
  cwd: labPath,
  postMortem: text.exactOptional(),
  hosts: z.array(fileName),
  /** Names of links, which are those of their captures. */
  links: z.array(fileName),
  nics: z.array(nic),
  steps: z.array(stepSchema),
  /** The golden facts, `facts.json`, by the hash of their bytes in the run's inputs. */
  facts: hash.exactOptional(),
  /** Hosts whose SAs no kernel has; absent: there are none. */
  stacks: z.array(userspaceStackSchema).exactOptional(),
  /** Faults that it declares; absent where its format cannot. */
  tolerates: z.array(toleranceSchema).exactOptional(),
});

export interface StoredScenario extends Of<typeof storedSchema> {}
