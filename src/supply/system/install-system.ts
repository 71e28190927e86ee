import { appendFileSync, closeSync, existsSync, ftruncateSync, openSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256, sha256File } from '../../base/files.ts';
import { cacheDir } from '../../base/folders.ts';
import type { Outcome } from '../../dialogue/conversation.ts';
import type { Dialogue } from '../../dialogue/dialogue.ts';
import { type SystemProfile, settings } from '../../dialogue/systems/profile.ts';
import { converse } from './converse.ts';
import { type SystemMachine, startMachine } from './machine.ts';

const factsSchema = z.object({
  system: z.string(),
  /** Of the media. */
  media: z.string(),
  /** Wall time of the installation, and from power-on until root had logged in and the machine was off again, s. */
  installed: z.number(),
  started: z.number(),
});

export type SystemFacts = z.infer<typeof factsSchema>;

/** Disks with installed systems: machines start from copies of them. */
export const systemStore = new ArtifactStore<SystemFacts>({ name: 'system', file: 'disk', facts: factsSchema });

/** What the BIOS says. */
const bios = [{ text: 'No bootable device', means: 'the BIOS finds nothing to start from' }];

/** How an installation is watched. */
export interface InstallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears of each of its two parts when it begins. */
  readonly progress: (what: string) => void;
}

/**
 * The disk with a system, installed once from these media: at its console, unattended, from an empty disk. It counts as installed when it
 * has started from that disk and root has logged in. Raises `usage` for media that cannot be read, and `guest` with the name of the step at
 * which the console did not go on.
 */
export async function installSystem(
  profile: SystemProfile,
  media: string,
  options: InstallOptions,
): Promise<Artifact<SystemFacts>> {
  if (!existsSync(media) || !statSync(media).isFile())
    throw new EspalierError('usage', 'is not a file', { file: media });
  const hash = await sha256File(media);
  return systemStore.ensure(idOf(profile, hash), async (disk) => {
    makeDisk(disk, profile.disk);
    const shape = { memory: profile.memory, disk };
    const install = { profile, options, part: 'install', dialogue: profile.install } as const;
    const installed = await converseWith({ ...install, machine: { ...shape, keeps: true, media } });
    const start = { profile, options, part: 'start', dialogue: profile.start } as const;
    const started = await converseWith({ ...start, machine: { ...shape, keeps: false } });
    return { system: profile.name, media: hash, installed, started };
  });
}

/** Same media and same answers: same disk. */
function idOf(profile: SystemProfile, media: string): string {
  const { tried: _tried, title: _title, source: _source, media: _media, recipe: _recipe, ...what } = profile;
  const text = JSON.stringify(what, (_key, value: unknown) => (value instanceof RegExp ? value.source : value));
  return `${profile.name}-${sha256(`${text}\n${media}`).slice(0, 12)}`;
}

/** An empty disk takes no room. */
function makeDisk(path: string, bytes: number): void {
  const file = openSync(path, 'wx', 0o644);
  ftruncateSync(file, bytes);
  closeSync(file);
}

interface Talk {
  readonly profile: SystemProfile;
  readonly part: 'install' | 'start';
  readonly dialogue: Dialogue;
  readonly machine: SystemMachine;
  readonly options: InstallOptions;
}

/** Holds a dialogue with a machine of its own; gives the seconds that it took. */
async function converseWith({ profile, part, dialogue, machine, options }: Talk): Promise<number> {
  const transcript = join(cacheDir('system-transcripts'), `${profile.name}-${part}`);
  writeFileSync(transcript, '');
  const { signal, progress } = options;
  progress(`${part}: ${transcript}`);
  const begun = performance.now();
  const running = startMachine(machine);
  const outcome = await converse(running.console, {
    dialogue: { ...dialogue, failures: [...bios, ...dialogue.failures] },
    settings,
    note: (text) => appendFileSync(transcript, text),
    signal,
  });
  running.kill();
  const errors = await running.ended;
  if (signal?.aborted) throw new EspalierError('cancelled', `stopped while it was at the console of ${profile.name}`);
  if (!outcome.ok)
    throw new EspalierError('guest', whyNot(profile.name, part, outcome), {
      remedy: `read ${transcript}`,
      output: errors,
    });
  return Math.round((performance.now() - begun) / 1000);
}

function whyNot(system: string, part: Talk['part'], { step, after, why }: Exclude<Outcome, { ok: true }>): string {
  const doing = part === 'install' ? `${system} was not installed` : `${system} was installed and does not start`;
  return `${doing}: step "${step}" ${why}${after === undefined ? '' : ` (the last step was "${after}")`}`;
}
