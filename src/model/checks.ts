import type { Origin } from './scenario.ts';

/** What a scenario's `expect` can look at. */
export const matchers = [
  'toHaveIkeSas',
  'toHaveIpsecSas',
  'toReach',
  'toHaveSentInClear',
  'toHaveLogged',
  'toMatchTranscript',
] as const;
export type Matcher = (typeof matchers)[number];

/** One `expect` of a scenario, and what came of it. */
export interface Check {
  readonly matcher: Matcher;
  readonly host: string;
  /** For people, `not` included: `2 IPsec SAs`. */
  readonly expected: string;
  /** What was seen last: `0 IPsec SAs`. */
  readonly received: string;
  readonly passed: boolean;
  /** Virtual nanoseconds since 1970, decimal: when it was decided. */
  readonly time: string;
  /** Virtual nanoseconds that it waited, decimal. */
  readonly waited: string;
  readonly origin: Origin;
  /** `toMatchTranscript`: the reference file's name beside the scenario, and both texts. */
  readonly golden?: Golden;
}

/** A reference text and what was received in its place. */
export interface Golden {
  readonly file: string;
  /** Absent: there is no such file. */
  readonly expected?: string;
  readonly received: string;
}

/** Why a scenario's function did not come to its end: its own mistake, or something it asked for that cannot be. */
export interface CourseFault {
  readonly message: string;
  readonly origin?: Origin;
  readonly host?: string;
  readonly command?: string;
  /** Last lines of what failed. */
  readonly output?: string;
}

/** `checks.json`: written once, when the scenario's function has ended. */
export interface ChecksFile {
  readonly version: 1;
  readonly checks: readonly Check[];
  readonly fault?: CourseFault;
}
