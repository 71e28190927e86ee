import { EspalierError } from '../../base/errors.ts';
import type { ConsoleStyle } from './consoles.ts';
import { type Guest, guestsAsWords, guestsByInitials, guestsByPlatform } from './guests.ts';
import { type MergedScript, orderAsWords, orderWithin, type ScriptRun } from './ordering.ts';

/** What decides which of the suite's drivers a tree was written for. */
export interface DriverSigns {
  /** Names of machines that the tree describes: `vm/*.xml`. */
  readonly machines: readonly string[];
  /** Platforms of `kvm/upgrade/<platform>.sh`: 5.4 and later. */
  readonly upgrades: readonly string[];
  /** Platforms of `kvm/<platform>/upgrade.sh`: 5.0 to 5.3. */
  readonly folders: readonly string[];
  /** Text of the tree's own `utils/fab/runner.py`, empty where it has none. */
  readonly runner: string;
  /** Text of its `utils/sanitizer.sh`, likewise. */
  readonly sanitizer: string;
}

/** How the driver of a tree reads and runs its tests. */
export interface Driver {
  /** Sorted by name as the driver sorts them. */
  readonly guests: readonly Guest[];
  readonly order: (scripts: readonly string[]) => readonly ScriptRun[];
  /** The file among these that holds a whole test for all its guests, and how it is read. Throws `scenario`. */
  readonly merged: (files: readonly string[]) => MergedScript | undefined;
  readonly console: ConsoleStyle;
  /** It ends sanitized consoles with an empty line, and so do the references. */
  readonly blankEnd: boolean;
  /** Whose name it writes before a command into the console of `all`. */
  readonly names: 'guest' | 'host';
}

/** The driver that a tree was written for, by what the tree itself holds. */
export function driverOf(signs: DriverSigns): Driver {
  const { upgrades, folders, runner, sanitizer } = signs;
  const common: Pick<Driver, 'console' | 'blankEnd'> = {
    console: runner.includes('": {post.LHS} post-mortem') ? 'typed-marks' : 'marks',
    blankEnd: sanitizer === '' || /^echo$/m.test(sanitizer),
  };
  if (upgrades.length > 0) {
    const guests = guestsByPlatform(signs.machines, upgrades);
    return {
      guests,
      order: (scripts) => orderAsWords(scripts, guests),
      merged: (files) => mergedByName(files, guests),
      ...common,
      names: 'host',
    };
  }
  // One letter: what the machine is called of which others are made.
  const guests = guestsByInitials(
    signs.machines.filter((name) => name.length > 1),
    folders,
  );
  const named = (name: string): readonly Guest[] => guests.filter((guest) => guest.name === name);
  return {
    guests,
    order: (scripts) => orderWithin(scripts, guests),
    merged: (files) => {
      const script = ['all.sh', 'all.console.txt'].find((name) => files.includes(name));
      return script === undefined ? undefined : { script, guestsOf: named, emptyComment: '#' };
    },
    ...common,
    names: 'guest',
  };
}

/** `all.<guest>-<guest>.sh` names the guests; its lines name their hosts, and `final` all of them. */
function mergedByName(files: readonly string[], guests: readonly Guest[]): MergedScript | undefined {
  const [script, other] = files.filter((name) => /^all\..*\.sh$/s.test(name));
  if (script === undefined) return undefined;
  if (other !== undefined) throw new EspalierError('scenario', `holds two merged scripts, ${script} and ${other}`);
  const own = guestsAsWords(script, guests);
  const sorted = guests.filter((guest) => own.includes(guest));
  const guestsOf = (name: string): readonly Guest[] => {
    if (name === 'final') return sorted;
    const guest = own.findLast(({ host }) => host === name);
    if (guest === undefined)
      throw new EspalierError('scenario', `types at ${name}, which the name of ${script} leaves out`);
    return [guest];
  };
  return { script, guestsOf, emptyComment: '# ' };
}
