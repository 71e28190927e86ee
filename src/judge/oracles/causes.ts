import type { Undoing } from '../../daemons/daemon.ts';
import type { TypedCommand } from '../../evidence/evidence.ts';
import type { Excuse } from './excuse-rules.ts';
import { codeOf, leavesJob } from './typed-lines.ts';

/** A command that an excuse knows, and for how long what it did can bring something about. */
export interface Cause {
  readonly excuse: Excuse;
  readonly command: TypedCommand;
  /** Virtual nanoseconds since 1970. */
  readonly from: bigint;
  /** Undefined: to the end. */
  readonly until: bigint | undefined;
}

/**
 * What the commands of a test, in the order of their begin, can be the cause of by some excuses. A line that Espalier typed is none,
 * whatever it says; one that started a daemon takes back what ended it, as one of the test's would.
 */
export function* causesIn(typed: readonly TypedCommand[], excuses: readonly Excuse[]): Generator<Cause> {
  const commands = typed.filter(({ by }) => by !== 'look');
  for (const [index, command] of commands.entries()) {
    if (command.by !== undefined) continue;
    const line = codeOf(command.line);
    for (const excuse of excuses) {
      if (!excuse.commands.some((form) => form.test(line))) continue;
      const { undone } = excuse;
      const over = undone === undefined ? command : undoingOf(commands.slice(index), undone.by);
      yield { excuse, command, from: command.begin, until: over && endOf(over) };
    }
  }
}

/** The first of some commands that undoes what the very first of them did; it may do so itself. */
function undoingOf([first, ...later]: readonly TypedCommand[], by: readonly Undoing[]): TypedCommand | undefined {
  const { host, line } = first as TypedCommand;
  const cause = codeOf(line);
  return [first as TypedCommand, ...later].find(
    (one) => one.host === host && by.some((undoing) => undoes(codeOf(one.line), cause, undoing)),
  );
}

function undoes(line: string, cause: string, { line: form, same = [] }: Undoing): boolean {
  return form.test(line) && same.every((part) => names(line, cause, part));
}

/** Whether a line that undoes something names all that its cause names. A line that names nothing takes all back. */
function names(line: string, cause: string, part: RegExp): boolean {
  const [undone, done] = [line, cause].map((text) => partsOf(text, part)) as [Set<string>, Set<string>];
  return undone.size === 0 || [...done].every((one) => undone.has(one));
}

/** Dashes and underscores are one to whack. */
function partsOf(line: string, part: RegExp): Set<string> {
  const found = [...line.matchAll(new RegExp(part, 'g'))];
  return new Set(found.map(([, ...groups]) => groups.filter(Boolean).join(' ').replaceAll('-', '_')));
}

/** When all that a command does is done. Undefined: nobody knows. */
function endOf({ line, end }: TypedCommand): bigint | undefined {
  return leavesJob(line) ? undefined : end;
}
