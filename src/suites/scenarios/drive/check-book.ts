import { EspalierError } from '../../../base/errors.ts';
import type { Check, CustomWord, Golden, Matcher } from '../../../model/checks.ts';
import type { Origin } from '../../../model/scenario.ts';
import { expectedText } from '../expected-text.ts';
import type { Stepper } from './stepper.ts';

/** One look at the lab. */
export interface Look {
  /** Undefined: the look failed, as `received` says, so neither the condition nor its opposite holds. */
  readonly holds: boolean | undefined;
  readonly received: string;
  readonly golden?: Golden;
}

/** What is checked. */
export interface CheckRequest {
  readonly matcher: Matcher;
  readonly host: string;
  readonly expected: string;
  readonly negated: boolean;
  readonly soft: boolean;
  readonly origin: Origin;
  /** Virtual nanoseconds. */
  readonly within: bigint;
  /** Virtual nanoseconds for which it has to hold at every look. */
  readonly throughout?: bigint;
  readonly word?: CustomWord;
}

/** The shortest time between two looks. */
const shortest = 100_000_000n;

/** In how many parts looks divide the time throughout which something has to hold. */
const parts = 60n;

/** Makes a scenario's checks and keeps what came of them. */
export class CheckBook {
  readonly checks: Check[] = [];
  readonly #stepper: Stepper;
  readonly #failures = new WeakSet<object>();

  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  /** True for what a failed check threw: the book has it already. */
  isFailure(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#failures.has(error);
  }

  /**
   * Looks until the condition is as wanted, ever more seldom: a tenth of the time that has passed lies between two looks, so
   * that an hour takes no more of them than a minute needs. Then, for `throughout`, whether it stays so. `explain`: asked why it failed.
   */
  async check(
    request: CheckRequest,
    look: () => Promise<Look>,
    explain: () => Promise<string | undefined> = async () => undefined,
  ): Promise<void> {
    const { negated, within, soft, throughout = 0n, ...check } = request;
    const start = this.#stepper.now;
    const wanted = !negated;
    let seen = await look();
    for (let passed = 0n; seen.holds !== wanted && passed < within; passed = this.#stepper.now - start) {
      const pause = passed / 10n > shortest ? passed / 10n : shortest;
      const left = within - passed;
      await this.#stepper.advance(pause < left ? pause : left);
      seen = await look();
    }
    const held = this.#stepper.now;
    for (let passed = 0n; seen.holds === wanted && passed < throughout; passed = this.#stepper.now - held) {
      const pause = throughout / parts > shortest ? throughout / parts : shortest;
      const left = throughout - passed;
      await this.#stepper.advance(pause < left ? pause : left);
      seen = await look();
    }
    const { now } = this.#stepper;
    const passed = seen.holds === wanted;
    const { received, golden } = seen;
    const because = passed ? undefined : await explain();
    this.checks.push({
      ...check,
      received,
      passed,
      time: String(now),
      waited: String(now - start),
      ...(golden && { golden }),
      ...(because !== undefined && { because }),
    });
    if (passed || soft) return;
    const { host, origin, expected } = check;
    const failure = new EspalierError('scenario', `expected ${expectedText(expected)}, received ${received}`, {
      ...origin,
      ...(host !== '' && { host }),
    });
    this.#failures.add(failure);
    throw failure;
  }
}
