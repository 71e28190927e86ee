import { spawnSync } from 'node:child_process';
import { lstatSync, lutimesSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectDir } from '../../src/base/folders.ts';

/** Places of the machine that no command of Espalier's reads or writes unasked, besides what `usual` lists. */
const places = ['/etc', '/root', '/home', '/srv', '/opt', '/mnt', '/media', '/var', '/boot'];

/** What programs read at each start, whatever they are given: the loader, the C library, Node, git. */
const usual =
  /^\/etc\/(?:ld\.so\.(?:cache|preload)|localtime|timezone|nsswitch\.conf|hosts|host\.conf|resolv\.conf|gai\.conf|services|protocols|locale\.alias|os-release|gitconfig|ssl\/openssl\.cnf)$/;

/** Hands the worker which places are trapped. */
const variable = 'ESPALIER_TRAPS';

/** A command line to start in place of another. */
export interface Trapped {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Why nothing is trapped; `undefined`: it is. */
  readonly why?: string;
}

/** Places that neither hold the program that runs there nor what it works in. */
function trappable(): string[] {
  const needed = [projectDir, process.execPath, tmpdir(), join(projectDir, 'node_modules'), join(projectDir, '.tools')];
  const kept = needed.flatMap((path) => [path, resolved(path)]);
  const own = (place: string): boolean => kept.some((path) => path === place || path.startsWith(`${place}/`));
  return places.filter((place) => resolved(place) === place && !own(place));
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return '';
  }
}

let refusal: string | undefined | null = null;

/** Why this machine lets nobody lay traps. */
function refused(): string | undefined {
  if (refusal !== null) return refusal;
  const { command, args } = wrapped('true', [], '');
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  refusal = status === 0 ? undefined : (error?.message ?? stderr.trim());
  return refusal;
}

function wrapped(command: string, args: readonly string[], secret: string): Pick<Trapped, 'command' | 'args'> {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  const user = uid === 0 ? [] : ['--user', '--map-root-user'];
  const script = join(import.meta.dirname, 'traps.sh');
  const words = [String(uid), String(gid), secret, ...trappable(), '--', command, ...args];
  return { command: 'unshare', args: [...user, '--mount', 'sh', script, ...words] };
}

/** A command line behind traps, whose files hold `secret`; where that is refused, the same one without. */
export function withTraps(command: string, args: readonly string[], secret: string): Trapped {
  const why = refused();
  if (why !== undefined) return { command, args, env: {}, why };
  return { ...wrapped(command, args, secret), env: { [variable]: trappable().join(':') } };
}

/** The traps that this process runs behind, if any. */
export class Traps {
  readonly #places = (process.env[variable] ?? '').split(':').filter(Boolean);

  constructor() {
    this.forget();
  }

  /** What was read, written or listed since the last time, for people; `undefined`: nothing. */
  sprung(): string | undefined {
    const entries = this.#entries();
    const touched = entries.filter(({ path, stamp }) => stamp !== laid && !usual.test(path));
    // Looking at folders is reading them.
    this.#lay(entries);
    if (touched.length === 0) return undefined;
    return `places of the machine were read or changed: ${touched.map(({ path }) => path).join(', ')}`;
  }

  /** Forgets what was done so far. */
  forget(): void {
    this.#lay(this.#entries());
  }

  /** Folders by what they were before they are listed here. */
  #entries(): { readonly path: string; readonly stamp: string }[] {
    const found: { readonly path: string; readonly stamp: string }[] = [];
    const walk = (path: string): void => {
      const { atimeMs, mtimeMs } = lstatSync(path);
      found.push({ path, stamp: `${atimeMs} ${mtimeMs}` });
      if (!lstatSync(path).isDirectory()) return;
      for (const name of namesIn(path)) walk(join(path, name));
    };
    for (const place of this.#places) walk(place);
    return found;
  }

  #lay(entries: readonly { readonly path: string; readonly stamp: string }[]): void {
    for (const { path } of entries) {
      try {
        lutimesSync(path, 1, 1);
      } catch {
        // Somebody else's: who runs this can neither read it nor change it.
      }
    }
  }
}

/** Dates of a trap that nobody touched: a second after the epoch. */
const laid = '1000 1000';

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
