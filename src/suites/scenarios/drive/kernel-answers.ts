import type { Origin } from '../../../model/scenario.ts';
import type { Expecting } from '../api/xfrm.ts';
import type { CheckBook } from './check-book.ts';
import type { Stepper } from './stepper.ts';
import { fits, patternText } from './texts.ts';

/** What asks a host's kernel. */
export interface KernelInputs {
  readonly host: string;
  readonly stepper: Stepper;
  readonly book: CheckBook;
}

/** What a kernel answered to one request. */
export interface KernelAnswer {
  readonly accepted: boolean;
  readonly received: string;
  /** What a pattern of `refused` is looked for in. */
  readonly stdout: string;
}

/** A request, and the answer that is expected. */
interface Question {
  readonly what: string;
  readonly options: Expecting;
  readonly origin: Origin;
}

/** How much of a line a check shows. */
const mostShown = 160;

/** Asks once, and notes whether the answer is as expected. */
export async function checkAnswer(
  { host, book }: Pick<KernelInputs, 'host' | 'book'>,
  { what, options: { expect = 'accepted' }, origin }: Question,
  ask: () => Promise<KernelAnswer>,
): Promise<void> {
  const shown = what.length > mostShown ? `${what.slice(0, mostShown)}…` : what;
  const wanted = typeof expect === 'string' ? expect : `refused with ${patternText(expect.refused)}`;
  const request = { matcher: 'toRun', host, negated: false, soft: false, origin, within: 0n } as const;
  await book.check({ ...request, expected: `${shown} to be ${wanted}` }, async () => {
    const { accepted, received, stdout } = await ask();
    const fitting = typeof expect === 'string' || fits(stdout, expect.refused);
    return { holds: accepted === (expect === 'accepted') && (accepted || fitting), received };
  });
}

/** Errors as errno(3) names them, with the words of strerror(3) that iproute2 prints too. */
const errors: Readonly<Record<number, string>> = {
  2: 'ENOENT: No such file or directory',
  3: 'ESRCH: No such process',
  17: 'EEXIST: File exists',
  22: 'EINVAL: Invalid argument',
  34: 'ERANGE: Numerical result out of range',
  38: 'ENOSYS: Function not implemented',
  90: 'EMSGSIZE: Message too long',
  95: 'EOPNOTSUPP: Operation not supported',
  105: 'ENOBUFS: No buffer space available',
};

/** An answer that is the number of an error; 0: none. */
export function answerOf(error: number): KernelAnswer {
  const text = errors[error] ?? `error ${error}`;
  return { accepted: error === 0, received: error === 0 ? 'accepted' : `refused: ${text}`, stdout: text };
}
