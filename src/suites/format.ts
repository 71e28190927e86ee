import { z } from 'zod';
import type { RecordFile } from '../evidence/records/reader.ts';
import type { FactFindings } from '../judge/oracles/judge-facts.ts';
import type { AttemptFile } from '../model/attempt.ts';
import { originSchema } from '../model/scenario.ts';
import { hash, text } from '../model/schema.ts';
import type { LoadedScenario } from '../model/suite.ts';
import type { Issue, Verdict } from '../model/verdict.ts';
import type { InputFolder } from './input-folder.ts';

/** What `scenario.json` holds whatever the format: what the oracles and the other commands read. */
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

/** An attempt whose lab is over, as a format's judge gets it. */
export interface AttemptParts {
  readonly attemptDir: string;
  readonly attempt: AttemptFile;
  readonly records: RecordFile;
  /** Holds what `scenario.json` names by hash. */
  readonly folder: InputFolder;
  /** Folder of sanitized texts by hash; `undefined`: sanitize anew. */
  readonly cache: string | undefined;
  /** Damage to files, and what golden facts say. */
  readonly damage: readonly Issue[];
  readonly golden: readonly Issue[];
  /** What the oracles found. */
  readonly facts: FactFindings;
}

/** The text of one console, or the facts, as a reference would hold them. */
export interface GoldenText {
  /** Name in the scenario's folder, `<host>.console.txt` or `facts.json`. */
  readonly file: string;
  readonly content: Uint8Array;
  /** SHA-256 of the reference that the attempt was made with; `undefined`: there was none. */
  readonly before: string | undefined;
}

/**
 * How scenarios of one format are stored with a run and judged. Methods are called with what the format itself loaded
 * or stored; `formats.ts` holds the one table.
 */
export interface Format<
  Loaded extends LoadedScenario = LoadedScenario,
  Stored extends StoredScenario = StoredScenario,
> {
  /** All of `scenario.json`. */
  readonly schema: z.ZodType<Stored>;
  /** What the format adds to `scenario.json`; large parts go into the folder. Called when the steps are known. */
  store(loaded: Loaded, folder: InputFolder): Omit<Stored, keyof StoredScenario>;
  /** Writes `derived/`, an empty folder, and returns the verdict. The same files must give the same bytes. */
  judge(stored: Stored, parts: AttemptParts): Promise<Verdict>;
  /** The references with which a judged attempt would pass, where the format has such. */
  golden?(stored: Stored, attemptDir: string): GoldenText[];
  /** Folder of the user's that holds them, where it does not follow from the suite's tree. */
  folder?(stored: Stored): string;
}
