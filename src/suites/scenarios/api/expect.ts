import { AsyncLocalStorage } from 'node:async_hooks';
import { EspalierError } from '../../../base/errors.ts';
import type { CustomWord } from '../../../model/checks.ts';
import type { Host } from './handles.ts';
import type { Matchers, Within } from './matchers.ts';
import { callerOrigin } from './origin.ts';

/** Under this key a handle keeps what makes its matchers. Not for scenarios. */
export const matchersOf: unique symbol = Symbol('espalier.matchers');

/** A handle as it is inside. */
export interface CheckedHost extends Host {
  [matchersOf](soft: boolean): Matchers;
}

/** How a check of a value is called, and what its failure is. */
export interface ValueOptions extends Within {
  /** For people: what the value is, in front of `to be …`. */
  readonly what: string;
  /** The verdict's word where the check fails. Default: `major`. */
  readonly word?: CustomWord;
  /** Whose value it is. */
  readonly host?: Host;
}

/** A value, or what fetches it; only what is fetched can be waited for. */
export type Fetched<T> = T | (() => T | Promise<T>);

/** Conditions on a value of the scenario's own. They are written to `checks.json` as those on hosts. */
export interface ValueMatchers<T> {
  /** The opposite. */
  readonly not: ValueMatchers<T>;
  /** Is the same (Object.is). */
  toBe(expected: T): Promise<void>;
  /** Has the same parts. */
  toEqual(expected: T): Promise<void>;
  /** The text, or the value as a text, matches or holds this. */
  toMatch(expected: string | RegExp): Promise<void>;
  /** Of a list: one of its elements has the same parts. */
  toContain(expected: T extends readonly (infer E)[] ? E : never): Promise<void>;
  toBeAtLeast(least: T & (number | bigint)): Promise<void>;
  toBeAtMost(most: T & (number | bigint)): Promise<void>;
  /** Is true, and not only something that counts as true. */
  toHold(): Promise<void>;
}

/** What makes matchers of a value, by the scenario that runs. Not for scenarios. */
export type MakeValueMatchers = <T>(value: Fetched<T>, options: ValueOptions & { soft: boolean }) => ValueMatchers<T>;

/** The scenario that runs. Not for scenarios. */
export const running = new AsyncLocalStorage<MakeValueMatchers>();

interface Expect {
  /** Checks a condition on a host. A check that fails throws, and the attempt is not passed. */
  (host: Host): Matchers;
  /** Checks a condition on a value: `expect(lost, { what: 'packets lost', word: 'minor' }).toBe(0)`. A function is called until it holds. */
  <T>(value: Fetched<T>, options: ValueOptions): ValueMatchers<T>;
}

/** Checks a condition on a host, or on a value. The scenario ends where it fails; `expect.soft` goes on. */
export const expect: Expect & { readonly soft: Expect } = Object.assign(expecting(false), { soft: expecting(true) });

function expecting(soft: boolean): Expect {
  function check(host: Host): Matchers;
  function check<T>(value: Fetched<T>, options: ValueOptions): ValueMatchers<T>;
  function check<T>(subject: Host | Fetched<T>, options?: ValueOptions): Matchers | ValueMatchers<T> {
    if (options === undefined) return (subject as CheckedHost)[matchersOf](soft);
    const make = running.getStore();
    if (make === undefined) {
      const remedy = 'call it in the function that `scenario` is given';
      throw new EspalierError('scenario', '`expect` checks what is there while a scenario runs', {
        ...callerOrigin(),
        remedy,
      });
    }
    return make(subject as Fetched<T>, { ...options, soft });
  }
  return check;
}
