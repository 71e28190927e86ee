import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../base/errors.ts';
import { readJson, sha256, writeAtomic } from '../base/files.ts';
import type { LibreswanScenario } from '../suite/libreswan/libreswan.ts';

const text = z.string();
const hash = text.regex(/^[0-9a-f]{64}$/);

/** `scenario.json` in an attempt's folder: what judging reads, large parts by hash. */
const storedSchema = z.object({
  version: z.literal(2),
  format: z.literal('libreswan'),
  suite: text,
  name: text,
  cwd: text,
  postMortem: text.exactOptional(),
  hosts: z.array(text),
  guests: z.record(text, text),
  /** Names of captures, and whose frames carry which MAC address. */
  links: z.array(text),
  nics: z.array(z.object({ host: text, mac: text })),
  steps: z.array(
    z.object({
      kind: z.enum(['command', 'comment']),
      host: text,
      line: text,
      origin: z.object({ file: text, line: z.number() }),
    }),
  ),
  expectations: z.array(
    z.object({
      host: text,
      file: text,
      expected: hash.exactOptional(),
      sanitizers: z.array(text),
      rewrites: z.array(text),
    }),
  ),
  sanitizers: z.record(text, hash),
  /** The golden facts, `facts.json`. */
  facts: hash.exactOptional(),
});

export type StoredScenario = z.infer<typeof storedSchema>;

/** Where the large parts lie: one file per content, named by its hash. */
export interface InputFolder {
  readonly dir: string;
}

/** Folder of a run's inputs. */
export function inputsOf(runDir: string): InputFolder {
  return { dir: join(runDir, 'inputs') };
}

/** Writes what judging will read beside the raw files of an attempt; equal contents once per run. */
export function storeScenario(runDir: string, attemptDir: string, loaded: LibreswanScenario): void {
  const stored = toStored(loaded, inputsOf(runDir));
  writeAtomic(join(attemptDir, 'scenario.json'), `${JSON.stringify(stored, undefined, 1)}\n`);
}

/** Brings a loaded scenario into stored form, its large parts into a folder. */
export function toStored(
  { entry, plan, expectations, judging }: LibreswanScenario,
  folder: InputFolder,
): StoredScenario {
  return {
    version: 2,
    format: judging.format,
    suite: entry.suite,
    name: entry.name,
    cwd: plan.cwd,
    ...(plan.postMortem !== undefined && { postMortem: plan.postMortem }),
    hosts: plan.topology.hosts.map(({ name }) => name),
    guests: Object.fromEntries(Object.entries(judging.guests)),
    links: plan.topology.links.map(({ name }) => name),
    nics: plan.topology.hosts.flatMap(({ name, nics }) => nics.map(({ mac }) => ({ host: name, mac }))),
    steps: plan.steps.map(({ kind, host, line, origin }) => ({ kind, host, line, origin })),
    expectations: expectations.map(({ host, file, expected, sanitizers, rewrites }) => ({
      host,
      file,
      sanitizers: [...sanitizers],
      rewrites: [...rewrites],
      ...(expected && { expected: putInput(folder, expected) }),
    })),
    sanitizers: Object.fromEntries([...judging.sanitizers].map(([name, bytes]) => [name, putInput(folder, bytes)])),
    ...(judging.facts && { facts: putInput(folder, judging.facts) }),
  };
}

function putInput({ dir }: InputFolder, content: Uint8Array): string {
  const id = sha256(content);
  if (!existsSync(join(dir, id))) writeAtomic(join(dir, id), content);
  return id;
}

/** Path of an input. */
export function inputPath({ dir }: InputFolder, id: string): string {
  return join(dir, id);
}

/** Reads an input and checks that it is what it was. */
export function readInput(folder: InputFolder, id: string): Buffer {
  const file = inputPath(folder, id);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw new EspalierError('infrastructure', `cannot be read: ${(cause as Error).message}`, { file, cause });
  }
  if (sha256(content) === id) return content;
  throw new EspalierError('infrastructure', 'does not hold what its name says', { file });
}

/** Reads an attempt's `scenario.json`; every error names the file. */
export function readStored(attemptDir: string): StoredScenario {
  return readJson(join(attemptDir, 'scenario.json'), storedSchema);
}
