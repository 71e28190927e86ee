/** deps.json: what the gate's rules about imports, names and sizes are measured against. */
import { readFileSync } from 'node:fs';

/** A folder (or one file) with rules of its own. The longest path that a file stands below is its room. */
export interface Room {
  /** Rooms that it may import; a room's name covers the rooms nested in it. `*`: all. */
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
  /** No clock, environment or randomness, and no node:* but what `node` names. Holds for nested rooms as well. */
  readonly pure?: boolean;
  /** For pure rooms: module of Node → what may be imported of it. */
  readonly node?: Readonly<Record<string, readonly string[]>>;
}

/** Rooms that read and write what strangers may have made. */
export interface Door {
  readonly rooms: readonly string[];
  /** What follows links and opens whatever it meets: modules of Node, and `file:function` of this repository. */
  readonly refused: readonly string[];
}

export interface Rules {
  readonly rooms: Readonly<Record<string, Room>>;
  /** Files that every room may import. They are held to the rules of pure rooms. */
  readonly common: readonly string[];
  /** Folders each of whose subfolders is a slice: reached by nobody but the folder's `all.ts`, tests and tools. */
  readonly slices: readonly string[];
  /** Where files are reached through src/base/door only. */
  readonly door?: Door;
  /** Slice → what its name looks like in code; the folder's own name where it is not listed. `=word`: a whole text only. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /**
   * File or folder → what may be done there besides (an imported file or module, `name:SLICE`) → the reason. Reasons that begin
   * with `to go:` are debts.
   */
  readonly exceptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `file`, `file:function` or `p95` → the reason why a size does not hold there. */
  readonly budgets: Readonly<Record<string, string>>;
}

/** Reads deps.json. */
export function readRules(file: string): Rules {
  return JSON.parse(readFileSync(file, 'utf8')) as Rules;
}

/** True for the place itself and whatever is in it. */
export function isBelow(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** The room that a file belongs to. */
export function roomOf(path: string, rules: Rules): string | undefined {
  const above = Object.keys(rules.rooms).filter((room) => isBelow(path, room));
  return above.sort((a, b) => b.length - a.length)[0];
}

/** True where the rules of pure rooms hold. */
export function isPure(path: string, rules: Rules): boolean {
  if (rules.common.includes(path)) return true;
  return Object.entries(rules.rooms).some(([room, { pure }]) => pure === true && isBelow(path, room));
}

/** The slice that a file is part of. */
export function sliceOf(path: string, rules: Rules): { parent: string; name: string } | undefined {
  const parent = rules.slices.find((folder) => isBelow(path, folder));
  if (parent === undefined) return undefined;
  const [name, ...rest] = path.slice(parent.length + 1).split('/');
  return rest.length > 0 && name !== undefined ? { parent, name } : undefined;
}

/** The exceptions that were needed: what is left over in the end is stale. */
export class Exceptions {
  readonly #rules: Rules;
  readonly #used = new Set<string>();

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** True where `file` may do this nevertheless. Counts as a use. */
  allow(file: string, what: string): boolean {
    const places = Object.entries(this.#rules.exceptions).filter(([place]) => isBelow(file, place));
    const [place] = places.find(([, granted]) => granted[what] !== undefined) ?? [];
    if (place === undefined) return false;
    this.#used.add(`${place} ${what}`);
    return true;
  }

  /** What nobody needed, of those that a rule is about. */
  stale(isMine: (what: string) => boolean): string[] {
    return Object.entries(this.#rules.exceptions).flatMap(([place, granted]) =>
      Object.keys(granted)
        .filter((what) => isMine(what) && !this.#used.has(`${place} ${what}`))
        .map((what) => `deps.json: the exception ${place} → ${what} is not needed`),
    );
  }
}

/** How many exceptions are debts. */
export function countDebts({ exceptions }: Rules): number {
  return Object.values(exceptions)
    .flatMap((granted) => Object.values(granted))
    .filter((reason) => reason.startsWith('to go:')).length;
}
