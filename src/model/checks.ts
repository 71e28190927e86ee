import { z } from 'zod';
import { originSchema } from './scenario.ts';
import { type Of, optionalText, text } from './schema.ts';
import type { VerdictWord } from './words.ts';

/** What a scenario's `expect` can look at, and `traffic`, which `explore` asks of tunnels. */
export const matchers = [
  'toHaveIkeSas',
  'toHaveIpsecSas',
  'toHaveSa',
  'toHavePolicy',
  'toSeeXfrm',
  'toReach',
  'toConnect',
  'toHavePathMtu',
  'toHaveSentInClear',
  'toHaveLogged',
  'toHaveLoggedInOrder',
  'toHaveXfrmCounter',
  'toHaveInterfaceCounter',
  'toHaveFile',
  'toHaveRoute',
  'toHaveAddress',
  'toHaveDied',
  'toRun',
  'toMatchTranscript',
  'value',
  'traffic',
] as const;
export type Matcher = (typeof matchers)[number];

/** Words that a scenario can give to a check of its own (`expect(value, { word })`). */
export const customWords = ['crash', 'leak', 'major', 'minor'] as const satisfies readonly VerdictWord[];
export type CustomWord = (typeof customWords)[number];

const golden = z.object({
  file: text,
  /** Absent: there is no such file. */
  expected: optionalText,
  received: text,
});
/** A reference text and what was received in its place. */
export type Golden = Of<typeof golden>;

const check = z.object({
  matcher: z.enum(matchers),
  /** Empty: a check of a value that belongs to no host. */
  host: text,
  /** For people, `not` included: `2 IPsec SAs`. */
  expected: text,
  /** What was seen last: `0 IPsec SAs`. */
  received: text,
  passed: z.boolean(),
  /** Virtual nanoseconds since 1970, decimal: when it was decided. */
  time: text,
  /** Virtual nanoseconds that it waited, decimal. */
  waited: text,
  origin: originSchema,
  /** `toMatchTranscript`: the reference file's name beside the scenario, and both texts. */
  golden: golden.exactOptional(),
  /** Of one that failed: what the host's daemon said of it last, or that it does not run; lines for people. */
  because: optionalText,
  /** `value`: what the scenario says that its failure is. */
  word: z.enum(customWords).exactOptional(),
});
/** One `expect` of a scenario, and what came of it. */
export type Check = Of<typeof check>;

const fault = z.object({
  message: text,
  origin: originSchema.exactOptional(),
  host: optionalText,
  command: optionalText,
  /** Last lines of what failed. */
  output: optionalText,
});
/** Why a scenario's function did not come to its end: its own mistake, or something it asked for that cannot be. */
export type FunctionFault = Of<typeof fault>;

const kernelLack = z.object({
  /** For people: `IP-TFS`. */
  feature: text,
  /** The release that has it first: `6.14`. */
  since: text,
  /** That of the lab's kernel. */
  release: text,
  /** Name of the error with which it refused the feature, or `ignored`. */
  answer: text,
  /** The host that was asked. */
  host: text,
  origin: originSchema,
});
/** What a scenario needs of Linux and the lab's kernel is too old for. */
export type KernelLack = Of<typeof kernelLack>;

/** What a check of a tunnel received that one end at most had: nobody was asked. */
export const noTunnel = 'no Child SA that both ends have';

/** `checks.json`: written once, when the scenario's function has ended. */
export const checksSchema = z.object({
  version: z.literal(1),
  checks: z.array(check),
  fault: fault.exactOptional(),
  /** The scenario's function was not called. */
  lacks: kernelLack.exactOptional(),
  /** Where something failed: what of the network and the connections looks like a mistake, a line each. */
  hints: z.array(text).exactOptional(),
});
export type ChecksFile = Of<typeof checksSchema>;
