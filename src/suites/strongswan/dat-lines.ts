import type { Check, Hit } from './check.ts';
import { collapseBlanks, driverWords } from './driver-words.ts';
import { knownHosts } from './topology.ts';

/** A line of `pretest.dat` or `posttest.dat`. */
export interface CommandLine {
  readonly host: string;
  /** What the host's shell is given. */
  readonly remote: string;
  /** From 1. */
  readonly line: number;
}

/** A line of `evaltest.dat`: a command whose output is searched. */
export interface CheckLine extends CommandLine, Pick<Check, 'pattern' | 'hit'> {
  /** Searches the packets that were captured since the beginning, in tcpdump's words. */
  readonly tcpdump: boolean;
}

/** A line that is outside of what is known of the driver's shell. */
export interface RefusedLine {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

export interface DatFile<Line> {
  readonly lines: readonly Line[];
  readonly refused: readonly RefusedLine[];
  /** Lines for hosts that there are not: ssh has nowhere to go, and nothing happens. */
  readonly lost: readonly RefusedLine[];
}

/** Reads `pretest.dat` or `posttest.dat`, addresses in place. Commands stand in double quotes of the driver's shell. */
export function readCommands(text: string): DatFile<CommandLine> {
  return readLines(text, ([, command = '']) => ({ remote: remoteOf(`"${command}"`) }));
}

/** Reads `evaltest.dat`, addresses in place. Commands are unquoted on the driver, patterns and hits in double quotes. */
export function readChecks(text: string): DatFile<CheckLine> {
  return readLines(text, ([, command = '', pattern = '', hit = '']) => {
    const tcpdump = command === 'tcpdump';
    oneWord(command); // the driver repeats it in double quotes for its log
    return {
      tcpdump,
      remote: tcpdump ? 'cat /tmp/tcpdump.log' : remoteOf(command),
      pattern: patternOf(pattern),
      hit: hitOf(hit),
    };
  });
}

class Refused {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function readLines<Rest extends object>(
  text: string,
  read: (fields: readonly string[]) => Rest,
): DatFile<Rest & { host: string; line: number }> {
  const lines: (Rest & { host: string; line: number })[] = [];
  const refused: RefusedLine[] = [];
  const lost: RefusedLine[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    try {
      if (raw.length > longestLine) throw new Refused(`it is longer than ${longestLine} characters`);
      const fields = raw.split('::');
      // A comment is repeated in double quotes for the driver's log.
      if (raw.startsWith('#')) oneWord(raw);
      else if (fields[1]) {
        const host = hostOf(fields[0] ?? '');
        const parsed = read(fields);
        if (knownHosts.includes(host)) lines.push({ host, line: index + 1, ...parsed });
        else lost.push({ line: index + 1, text: raw, reason: `there is no host ${host}` });
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.push({ line: index + 1, text: raw.slice(0, longestLine), reason: error.reason });
    }
  }
  return { lines, refused, lost };
}

/** Characters, blanks behind it included. */
const longestHost = 100;
/** Characters of a line; a host's shell takes no more as one argument (MAX_ARG_STRLEN), and people write some hundreds. */
const longestLine = 32 * 1024;

/** The name ends a variable of the driver's: blanks may follow it, not stand before it. */
function hostOf(field: string): string {
  if (field.length > longestHost) throw new Refused('a name of a host that is longer than names are');
  const host = field.replace(/[ \t]+$/, '');
  if (!/^[a-z]+$/.test(host)) throw new Refused(`${JSON.stringify(host)} is no name of a host`);
  return host;
}

function wordsOf(text: string): readonly string[] {
  const read = driverWords(text);
  if ('refused' in read) throw new Refused(read.refused);
  return read.words;
}

/** ssh puts blanks between the words that it was given. */
function remoteOf(text: string): string {
  return wordsOf(text).join(' ');
}

function oneWord(text: string): string {
  const words = wordsOf(`"${text}"`);
  const [word, ...others] = words;
  if (word === undefined || others.length > 0) return words.join(' ');
  return word;
}

function patternOf(field: string): string {
  const [pattern, ...others] = wordsOf(`"${field}"`);
  if (pattern === undefined || others.length > 0) throw new Refused('a pattern of several words of the driver');
  if (/[^\n -~\t]/.test(pattern)) throw new Refused('a pattern with bytes that are not ASCII');
  if (pattern.startsWith('-')) throw new Refused('a pattern that grep takes for an option');
  return pattern;
}

function hitOf(field: string): Hit {
  if (/^\d+$/.test(field)) return Number(field);
  const hit = oneWord(collapseBlanks(field));
  return hit === 'YES' || hit === 'NO' ? hit : 'never';
}

/** Why a check says less than it seems to; `undefined`: it can pass and fail. */
export function vacuity({ hit, pattern }: Pick<CheckLine, 'hit' | 'pattern'>): string | undefined {
  if (hit === 'never') return 'its fourth field is neither YES, NO nor a number, so that it cannot fail';
  if (hit === 0) return 'the driver counts one line where there is none, so that 0 cannot pass';
  if (hit === 1) return 'the driver counts one line where there is none, so that 1 passes without any';
  return pattern === '' ? 'its pattern is empty and finds every line' : undefined;
}
