/**
 * Stands in for `node:test` in a mutation worker: tests are collected, and run by whoever imported their file. Knows what
 * the unit tests use, and nothing else; the run without a mutant shows whether that is enough.
 */

interface Context {
  readonly name: string;
  readonly after: (hook: () => unknown) => void;
}

type Body = (context: Context) => unknown;
type Options = { readonly skip?: boolean | string };

export interface CollectedTest {
  readonly name: string;
  /** Rejects where the test fails. */
  readonly run: () => Promise<void>;
}

let tests: CollectedTest[] = [];
let endings: (() => unknown)[] = [];

export function test(name: string, ...rest: readonly [Body] | readonly [Options, Body]): void {
  const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
  if (options.skip) return;
  const after = endings;
  tests.push({ name, run: () => runOne(name, body, after) });
}

export function afterEach(hook: () => unknown): void {
  endings.push(hook);
}

async function runOne(name: string, body: Body, afterAll: readonly (() => unknown)[]): Promise<void> {
  const hooks: (() => unknown)[] = [];
  try {
    await body({ name, after: (hook) => hooks.push(hook) });
  } finally {
    for (const hook of [...hooks.reverse(), ...afterAll]) await hook();
  }
}

/** The tests that were declared since the last call. */
export function collected(): readonly CollectedTest[] {
  const found = tests;
  tests = [];
  endings = [];
  return found;
}
