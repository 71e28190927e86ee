import { type Guest, guestsInName } from './guests.ts';

/** A script that is to be typed at a guest, whole. */
export interface ScriptRun {
  readonly script: string;
  readonly guest: Guest;
}

/** A line to type; without `guest` a comment that belongs to no console of its own. */
export interface GuestLine {
  readonly guest?: Guest;
  readonly text: string;
  readonly script: string;
  /** In the script, from 1. */
  readonly line: number;
}

/** Files that hold the whole test, for all guests, in one; the first that exists counts. */
export const mergedScripts = ['all.sh', 'all.console.txt'] as const;

/**
 * The order of a test's scripts: `nicinit.sh`, `eastinit.sh` and the other `<guest>init.sh`, then
 * `<guest>run.sh`, then what is left by file name, then `final.sh` on every guest that any
 * file names. A script runs once on each guest in its name, guests in order of their names.
 */
export function orderScripts(names: readonly string[], all: readonly Guest[]): ScriptRun[] {
  const left = new Set(names);
  const guests = all.filter((guest) => names.some((name) => name.includes(guest.name)));
  const named = (name: string): readonly Guest[] => all.filter((guest) => guest.name === name);
  const take = (script: string, on: readonly Guest[]): ScriptRun[] =>
    left.delete(script) ? on.map((guest) => ({ script, guest })) : [];
  const init = [...take('nicinit.sh', named('nic')), ...take('eastinit.sh', named('east'))];
  for (const guest of guests) init.push(...take(`${guest.name}init.sh`, [guest]));
  const run = guests.flatMap((guest) => take(`${guest.name}run.sh`, [guest]));
  const final = take('final.sh', guests);
  const rest = [...left].sort();
  const ordered = rest.flatMap((script) => guestsInName(script, guests).map((guest) => ({ script, guest })));
  return [...init, ...run, ...ordered, ...final];
}

/** Blanks as the suite's driver strips them from both ends of a line. */
const blank = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const ends = new RegExp(`^${blank}|${blank}$`, 'gu');

/** The lines of a script that are typed: stripped, without blank ones. */
export function scriptLines(text: string): { readonly text: string; readonly line: number }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ text: line.replace(ends, ''), line: index + 1 }))
    .filter((line) => line.text !== '');
}

/** The lines of a merged script: `guest# command`, or `# comment`; all else is expected output. */
export function mergedLines(text: string, script: string, all: readonly Guest[]): GuestLine[] {
  const lines = text.split(/\r\n|\r|\n/);
  // What follows the last newline is no line of the file, even if it is not empty.
  lines.pop();
  return lines.flatMap((whole, index): GuestLine[] => {
    const match = /^([a-z]*)# ?(.*)$/su.exec(whole);
    if (match === null) return [];
    const [, name = '', rest = ''] = match;
    const place = { script, line: index + 1 };
    if (name === '') return [{ ...place, text: rest === '' ? '#' : `# ${rest}` }];
    const guest = all.find((candidate) => candidate.name === name);
    return [{ ...place, text: rest, ...(guest && { guest }) }];
  });
}
