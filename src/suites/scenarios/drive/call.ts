import type { Origin } from '../../../model/scenario.ts';

/** What a scenario called. It knows whether anybody waits for it, or looks at its failure. */
class Call<T> extends Promise<T> {
  isAwaited = false;

  /** What follows is no call of the scenario's. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: `await` and all of Promise come here, for any class but Promise itself (ECMA-262, PromiseResolve)
  override then<A = T, B = never>(
    ...handlers: [((value: T) => A | PromiseLike<A>)?, ((reason: unknown) => B | PromiseLike<B>)?]
  ): Promise<A | B> {
    this.isAwaited = true;
    return super.then(...handlers);
  }
}

/** A call that failed, and from where it was made. */
interface FailedCall {
  readonly origin: Origin;
  readonly error: unknown;
}

/** Calls of a scenario on its lab. */
export class Calls {
  readonly #failed: (FailedCall & { readonly call: Call<unknown> })[] = [];

  /** A failure is never an unhandled rejection, which would end this process: `ignored` has those that nobody waits for. */
  make<T>(origin: Origin, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call = new Call<T>((done, failed) => void promise.then(done, failed));
    Promise.prototype.then.call(call, undefined, (error) => {
      this.#failed.push({ call, origin, error });
    });
    work().then(resolve, reject);
    return call;
  }

  /** Calls that failed and that nobody waited for, oldest first. */
  get ignored(): readonly FailedCall[] {
    return this.#failed.filter(({ call }) => !call.isAwaited);
  }
}
