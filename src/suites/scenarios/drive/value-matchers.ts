import { inspect, isDeepStrictEqual } from 'node:util';
import { EspalierError } from '../../../base/errors.ts';
import type { Fetched, ValueMatchers, ValueOptions } from '../api/expect.ts';
import { callerOrigin } from '../api/origin.ts';
import type { CheckBook } from './check-book.ts';
import { fits, patternText } from './looks/looking.ts';
import { waiting } from './matchers.ts';
import type { Stepper } from './stepper.ts';

/** What checks of values work with. */
export interface ValueInputs {
  readonly stepper: Stepper;
  readonly book: CheckBook;
}

/** A value, as it is checked. */
export interface CheckedValue<T> {
  readonly value: Fetched<T>;
  readonly options: ValueOptions & { readonly soft: boolean };
}

/** The conditions that `expect` offers on a value. */
export function makeValueMatchers<T>(inputs: ValueInputs, checked: CheckedValue<T>, negated = false): ValueMatchers<T> {
  const { value, options } = checked;
  const { what, word = 'major', host, soft, ...wait } = options;
  const isFetched = typeof value === 'function';
  const fetch = isFetched ? (value as () => T | Promise<T>) : () => value as T;
  const check = (condition: string, holds: (value: T) => boolean | undefined): Promise<void> => {
    const origin = callerOrigin();
    if (!isFetched && (wait.within !== undefined || wait.throughout !== undefined)) {
      const remedy = 'give a function that fetches the value, or leave `within` and `throughout` out';
      throw new EspalierError('scenario', `${what} is a value, and does not change while one waits`, {
        ...origin,
        remedy,
      });
    }
    const expected = `${what} ${negated ? 'not ' : ''}to ${condition}`;
    // A value that is there does not change while one waits.
    const times = isFetched ? waiting(wait) : { within: 0n };
    const request = {
      matcher: 'value',
      host: host?.name ?? '',
      expected,
      negated,
      soft,
      origin,
      word,
      ...times,
    } as const;
    const look = async () => {
      const received = await fetch();
      return { holds: holds(received), received: shown(received) };
    };
    return inputs.stepper.called(origin, () => inputs.book.check(request, look));
  };
  return {
    get not() {
      return makeValueMatchers(inputs, checked, !negated);
    },
    toBe: (expected) => check(`be ${shown(expected)}`, (received) => Object.is(received, expected)),
    toEqual: (expected) => check(`equal ${shown(expected)}`, (received) => isDeepStrictEqual(received, expected)),
    toMatch: (expected) =>
      check(`match ${patternText(expected)}`, (received) =>
        received === undefined || received === null ? undefined : fits(String(received), expected),
      ),
    toContain: (expected) =>
      check(`contain ${shown(expected)}`, (received) =>
        Array.isArray(received) ? received.some((one) => isDeepStrictEqual(one, expected)) : undefined,
      ),
    toBeAtLeast: (least) =>
      check(
        `be at least ${least}`,
        compared((received) => received >= least),
      ),
    toBeAtMost: (most) =>
      check(
        `be at most ${most}`,
        compared((received) => received <= most),
      ),
    toHold: () => check('hold', (received) => received === true),
  };
}

/** What is no number is neither less nor more than one. JavaScript compares numbers and bigints by their exact values. */
function compared<T>(holds: (received: number | bigint) => boolean): (received: T) => boolean | undefined {
  return (received) =>
    typeof received === 'bigint' || (typeof received === 'number' && !Number.isNaN(received))
      ? holds(received)
      : undefined;
}

/** On one line, cut. */
function shown(value: unknown): string {
  const text = inspect(value, {
    breakLength: Number.POSITIVE_INFINITY,
    depth: 6,
    maxArrayLength: 20,
    maxStringLength: 200,
  });
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
