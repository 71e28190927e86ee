import { type Guest, guestsAsWords, guestsWithin } from './guests.ts';

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

/**
 * The order of a test's scripts until 5.3: `nicinit.sh`, `eastinit.sh` and the other `<guest>init.sh`, then
 * `<guest>run.sh`, then what is left by file name, then `final.sh` on every guest that any
 * file names. A script runs once on each guest in its name, guests in order of their names.
 */
export function orderWithin(names: readonly string[], all: readonly Guest[]): ScriptRun[] {
  const left = new Set(names);
  const guests = all.filter((guest) => names.some((name) => name.includes(guest.name)));
  const named = (name: string): readonly Guest[] => all.filter((guest) => guest.name === name);
  const init = [...take(left, 'nicinit.sh', named('nic')), ...take(left, 'eastinit.sh', named('east'))];
  for (const guest of guests) init.push(...take(left, `${guest.name}init.sh`, [guest]));
  const run = guests.flatMap((guest) => take(left, `${guest.name}run.sh`, [guest]));
  const final = take(left, 'final.sh', guests);
  const rest = [...left].sort();
  const ordered = rest.flatMap((script) => guestsWithin(script, guests).map((guest) => ({ script, guest })));
  return [...init, ...run, ...ordered, ...final];
}

/**
 * The order since 5.4: `<host>init.sh` and `<host>run.sh` of nic, of east and of the other hosts on the default platform,
 * then what is left by file name on the guests that it names as words, then `final.sh` on all guests so far.
 */
export function orderAsWords(names: readonly string[], all: readonly Guest[]): ScriptRun[] {
  const left = new Set(names);
  const plain = all.filter(({ platform }) => platform === undefined);
  const first = ['nic', 'east'].flatMap((host) => plain.filter((guest) => guest.host === host));
  const hosts = [...new Set([...first, ...plain])];
  const init = hosts.flatMap((guest) => take(left, `${guest.host}init.sh`, [guest]));
  const run = hosts.flatMap((guest) => take(left, `${guest.host}run.sh`, [guest]));
  const rest = [...left].sort();
  const ordered = rest.flatMap((script) => guestsAsWords(script, all).map((guest) => ({ script, guest })));
  const runs = [...init, ...run, ...ordered];
  const used = new Set(runs.map(({ guest }) => guest));
  const final = left.has('final.sh') ? all.filter((guest) => used.has(guest)) : [];
  return [...runs, ...final.map((guest) => ({ script: 'final.sh', guest }))];
}

function take(left: Set<string>, script: string, on: readonly Guest[]): ScriptRun[] {
  return left.delete(script) ? on.map((guest) => ({ script, guest })) : [];
}

/** Blanks as the suite's driver strips them from both ends of a line, beyond those of ASCII. */
const otherBlanks = new Set('\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000');

function isBlank(char: string): boolean {
  const isAscii = (char >= '\t' && char <= '\r') || (char >= '\x1c' && char <= ' ');
  return isAscii || otherBlanks.has(char) || (char >= '\u2000' && char <= '\u200a');
}

/** In the time that the length asks for, as a regular expression for the end would not. */
function stripped(line: string): string {
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line.charAt(start))) start += 1;
  while (end > start && isBlank(line.charAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

/** The lines of a script that are typed: stripped, without blank ones. */
export function scriptLines(text: string): { readonly text: string; readonly line: number }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ text: stripped(line), line: index + 1 }))
    .filter((line) => line.text !== '');
}

/** How a merged script is read. */
export interface MergedScript {
  /** File name, for the origin of lines. */
  readonly script: string;
  /** The guests that a name before `#` stands for; none: the line is a comment on no console. */
  readonly guestsOf: (name: string) => readonly Guest[];
  /** How a comment without text is written. */
  readonly emptyComment: '#' | '# ';
}

/** The lines of a merged script: `guest# command`, or `# comment`; all else is expected output. */
export function mergedLines(text: string, { script, guestsOf, emptyComment }: MergedScript): GuestLine[] {
  const lines = text.split(/\r\n|\r|\n/);
  // What follows the last newline is no line of the file, even if it is not empty.
  lines.pop();
  return lines.flatMap((whole, index): GuestLine[] => {
    const match = /^([a-z]*)# ?(.*)$/su.exec(whole);
    if (match === null) return [];
    const [, name = '', rest = ''] = match;
    const place = { script, line: index + 1 };
    if (name === '') return [{ ...place, text: rest === '' ? emptyComment : `# ${rest}` }];
    const guests = guestsOf(name);
    return guests.length === 0 ? [{ ...place, text: rest }] : guests.map((guest) => ({ ...place, text: rest, guest }));
  });
}
