import { EspalierError } from '../../base/errors.ts';
import { succeed } from '../../base/processes.ts';
import { ensureGuest, type GuestBinaries } from './guest.ts';

/** What keeps a lab's kernel process from this machine's files, network and processes; best first. */
export const wallKinds = ['namespaces', 'landlock', 'none'] as const;
export type Walls = (typeof wallKinds)[number];

/** What each kind keeps; for `espalier doctor`. docs/lab.md has it in full. */
const promises: Readonly<Record<Walls, string>> = {
  namespaces: 'a lab reaches no file, network or process of this machine',
  landlock:
    'a lab reads and writes no file of this machine and signals no process of it, but can ask for names, sizes and dates; kernels with CONFIG_STATIC_LINK do not run',
  none: 'nothing keeps a lab from what you can do yourself',
};

/** The walls that this machine allows, and why not better ones. */
export interface WallsHere {
  /** `undefined`: none, and nobody said that labs may run without. */
  readonly chosen: Walls | undefined;
  /** For people. */
  readonly about: string;
}

/** Names the walls to put up, whatever else the machine allows; for a machine that allows none, and for tests. */
const variable = 'ESPALIER_WALLS';

let asked: Promise<WallsHere> | undefined;

/** Which walls labs get here; the machine is asked once, by the given starter or one that is compiled here. */
export function wallsHere(guest?: GuestBinaries): Promise<WallsHere> {
  asked ??= ask(guest);
  return asked;
}

async function ask(guest: GuestBinaries | undefined): Promise<WallsHere> {
  const wanted = process.env[variable];
  if (wanted !== undefined && wanted !== '') return named(wanted);
  const { starter } = guest ?? (await ensureGuest());
  const answer = (await succeed(starter.path, ['--probe'], { timeoutMs: 10_000 })).stdout.toString();
  return choose(answer);
}

function named(wanted: string): WallsHere {
  const chosen = wallKinds.find((kind) => kind === wanted);
  if (chosen === undefined) {
    throw new EspalierError('usage', `${variable} is ${JSON.stringify(wanted)}: it can be ${wallKinds.join(', ')}`);
  }
  return { chosen, about: `${chosen} (${variable}): ${promises[chosen]}` };
}

/** Chooses by what the starter's `--probe` printed (guest/starter/probe.c). */
export function choose(answer: string): WallsHere {
  const refused: string[] = [];
  for (const kind of wallKinds) {
    const said = new RegExp(`^${kind} (.*)$`, 'm').exec(answer)?.[1];
    if (said === undefined) continue;
    const why = /^no (.*)$/.exec(said)?.[1];
    if (why === undefined) return { chosen: kind, about: [`${kind}: ${promises[kind]}`, ...refused].join('; ') };
    refused.push(`no ${kind} (${why})`);
  }
  return { chosen: undefined, about: refused.join('; ') };
}

/** The walls of labs. Throws `infrastructure` where there are none. */
export async function requireWalls(guest?: GuestBinaries): Promise<Walls> {
  const { chosen, about } = await wallsHere(guest);
  if (chosen !== undefined) return chosen;
  throw new EspalierError('infrastructure', `this machine lets nobody put up walls around a lab: ${about}`, {
    remedy: `run a Linux of 5.13 or later with user namespaces or Landlock, or set ${variable}=none if you trust all that runs in your labs`,
  });
}
