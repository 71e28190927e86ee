import { join } from 'node:path';
import { z } from 'zod';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { checkJson } from '../../base/files.ts';
import { Attempt } from '../../evidence/attempt/attempt.ts';
import { type StoredScenario, storedSchema } from '../../model/stored-scenario.ts';
import type { LoadedScenario } from '../../model/suite.ts';
import { attemptFiles, readAttemptJson } from '../../store/attempt-files.ts';
import { formatNamed } from '../../suites/all.ts';
import type { Format } from '../../suites/format.ts';
import { type InputFolder, putInput, runInputs } from '../../suites/input-folder.ts';

/** Writes what judging will read beside the raw files of an attempt; equal contents once per run. */
export async function storeScenario(runDir: string, attemptDir: string, loaded: LoadedScenario): Promise<void> {
  const stored = toStored(loaded, await formatNamed(loaded.format), runInputs(runDir));
  writePlain(join(attemptDir, 'scenario.json'), `${JSON.stringify(stored, undefined, 1)}\n`);
}

/** Brings a loaded scenario into stored form, its large parts into a folder. */
function toStored(loaded: LoadedScenario, format: Format, folder: InputFolder): StoredScenario {
  const { entry, plan, judging, description } = loaded;
  const common: StoredScenario = {
    version: 2,
    format: loaded.format,
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
  return { ...common, ...format.store(loaded, folder) };
}

/** As the guest numbers interfaces (guest/agent/net.c, nic_index). */
function firstIfindex({ fallbackTunnels }: LoadedScenario['plan']): number {
  return fallbackTunnels === true ? 32 : 2;
}

/** An attempt with all that its format put into `scenario.json`. */
export interface Formatted {
  readonly format: Format;
  readonly attempt: Attempt<StoredScenario>;
}

/** What says of which format all the rest is. */
const named = z.looseObject({ format: z.string() });

/** Opens an attempt by its folder. Every error names the file. */
export async function openForFormat(attemptDir: string): Promise<Formatted> {
  const name = 'scenario.json';
  const content = readAttemptJson(attemptDir, name, named);
  const file = join(attemptDir, name);
  const format = await formatNamed(content.format, file);
  const scenario = checkJson(() => content, format.schema, file);
  return { format, attempt: new Attempt(attemptFiles(attemptDir), () => scenario) };
}

/** What was typed in a lab that a scenario stepped through. */
const typed = storedSchema.pick({ steps: true });

/**
 * Opens an attempt by its folder, with today's scenario in place of the stored one. Raises `infrastructure` where the lab typed other
 * commands than today's: what those would show is not known.
 */
export async function openWith(attemptDir: string, loaded: LoadedScenario, folder: InputFolder): Promise<Formatted> {
  const format = await formatNamed(loaded.format);
  const today = toStored(loaded, format, folder);
  // What a function typed came of its lab.
  const { steps } = loaded.drive === undefined ? today : readAttemptJson(attemptDir, 'scenario.json', typed);
  const attempt = new Attempt(attemptFiles(attemptDir), () => ({ ...today, steps }));
  refuseOtherCommands(attempt);
  return { format, attempt };
}

function refuseOtherCommands({ consoles, scenario: { steps } }: Attempt): void {
  for (const { host, commands } of consoles) {
    for (const { step, line } of commands) {
      const today = step === undefined ? undefined : steps[step];
      if (step === undefined || (today?.kind === 'command' && today.host === host && today.line === line)) continue;
      const what = today === undefined ? 'has no command there' : `has another command there: ${today.line}`;
      throw new EspalierError('infrastructure', `today’s test ${what}`, {
        host,
        command: line,
        remedy: 'run the test again',
      });
    }
  }
}
