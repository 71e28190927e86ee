import { EspalierError } from '../../../../base/errors.ts';
import type { Matcher } from '../../../../model/checks.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Within } from '../../api/matchers.ts';
import { callerOrigin } from '../../api/origin.ts';
import type { CheckBook, Look } from '../check-book.ts';
import type { DrivenHost } from '../host.ts';
import type { Stepper } from '../stepper.ts';
import { lastLine } from '../texts.ts';

export { fits, lastLine, patternText } from '../texts.ts';

/** What matchers work with. */
export interface MatcherInputs {
  readonly host: DrivenHost;
  readonly soft: boolean;
  readonly stepper: Stepper;
  readonly book: CheckBook;
  /** Names of all links. */
  readonly links: readonly string[];
}

/** A condition on a host: how it is called, and how one finds out whether it holds. */
export interface Condition {
  readonly matcher: Matcher;
  readonly expected: string;
  readonly look: (origin: Origin) => Promise<Look>;
  /** `immediate`: what is looked at does not change while one waits. */
  readonly wait: Within | 'immediate';
  /** Made before the first look; what it returns is called behind the last one. */
  readonly prepare?: (origin: Origin) => Promise<() => Promise<void>>;
}

/**
 * What a command of Linux at the host's console left. Raises `scenario` for a host that is none: to another system's command the same words say
 * something else, and its failure would prove nothing.
 */
export async function typed(
  { host, stepper }: MatcherInputs,
  line: string,
  origin: Origin,
): Promise<{ stdout: string; status: number }> {
  if (!host.isLinux) {
    const message = `what is asked would be typed as \`${line.split(' ', 1)[0]}\` of Linux, and the host is none`;
    throw new EspalierError('scenario', message, {
      ...origin,
      host: host.name,
      remedy: 'ask another host, or type its own command with toRun',
    });
  }
  return stepper.type({ host: host.name, line, origin, by: 'look' });
}

/** Whether the shell could not start a command (bash(1), EXIT STATUS): it said nothing of what it was asked. */
export function isNotStarted({ status }: { readonly status: number }): boolean {
  return status === 126 || status === 127;
}

/** A look at a command that ended as it does where it could not find out what it was asked. */
export function failedLook({ status, stdout }: { readonly status: number; readonly stdout: string }): Look {
  return { holds: undefined, received: `no answer: exit status ${status} and ${lastLine(stdout)}` };
}

/** Raises `scenario` for a property that nothing has: that nothing has a value of it would always be true. */
export function refuseUnknown(
  what: string,
  asked: readonly string[],
  { host, known }: { readonly host: string; readonly known: readonly string[] },
): void {
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const message = `${what} has no property ${unknown}; it has ${known.join(', ')}`;
  throw new EspalierError('scenario', message, { ...callerOrigin(), host });
}

/** The list that a command printed as JSON. Undefined: it is none. */
export function listIn(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || '[]');
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
