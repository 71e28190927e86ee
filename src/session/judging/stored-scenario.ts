import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomic } from '../../base/files.ts';
import { Attempt } from '../../evidence/attempt/attempt.ts';
import type { StoredScenario } from '../../model/stored-scenario.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { attemptFiles, readAttemptJson } from '../../store/attempt-files.ts';
import { formatNamed } from '../../suites/formats.ts';
import { type InputFolder, inputsOf, putInput } from '../../suites/input-folder.ts';

/** Writes what judging will read beside the raw files of an attempt; equal contents once per run. */
export function storeScenario(runDir: string, attemptDir: string, loaded: LoadedScenario): void {
  const stored = toStored(loaded, inputsOf(runDir));
  writeAtomic(join(attemptDir, 'scenario.json'), `${JSON.stringify(stored, undefined, 1)}\n`);
}

/** Brings a loaded scenario into stored form, its large parts into a folder. */
export function toStored(loaded: LoadedScenario, folder: InputFolder): StoredScenario {
  const { format, entry, plan, judging, description } = loaded;
  const common: StoredScenario = {
    version: 2,
    format,
    suite: entry.suite,
    name: entry.name,
    ...(description !== undefined && { description }),
    cwd: plan.cwd,
    ...(plan.postMortem !== undefined && { postMortem: plan.postMortem }),
    hosts: plan.topology.hosts.map(({ name }) => name),
    links: plan.topology.links.map(({ name }) => name),
    nics: plan.topology.hosts.flatMap(({ name, nics }) =>
      nics.map(({ mac }, at) => ({ host: name, mac, ifindex: firstIfindex(plan) + at })),
    ),
    steps: plan.steps.map(({ kind, host, line, origin }) => ({ kind, host, line, origin })),
    ...(judging.facts && { facts: putInput(folder, judging.facts) }),
  };
  return { ...common, ...formatNamed(format).store(loaded, folder) };
}

/** As the guest numbers interfaces (guest/agent/net.c, nic_index). */
function firstIfindex({ fallbackTunnels }: LoadedScenario['plan']): number {
  return fallbackTunnels === true ? 32 : 2;
}

/** Opens an attempt by its folder, with all that its format put into `scenario.json`. */
export function openForFormat(attemptDir: string): Attempt<StoredScenario> {
  return new Attempt(attemptFiles(attemptDir), () => readStored(attemptDir));
}

/** Opens an attempt by its folder, with another scenario than the stored one. */
export function openWith(attemptDir: string, scenario: StoredScenario): Attempt<StoredScenario> {
  return new Attempt(attemptFiles(attemptDir), () => scenario);
}

/** Reads an attempt's `scenario.json`; every error names the file. */
function readStored(attemptDir: string): StoredScenario {
  const name = 'scenario.json';
  const parse = (value: unknown): StoredScenario => {
    const { format } = z.object({ format: z.string() }).parse(value);
    return formatNamed(format, join(attemptDir, name)).schema.parse(value);
  };
  return readAttemptJson(attemptDir, name, { parse });
}
