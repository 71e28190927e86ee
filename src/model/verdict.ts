import { z } from 'zod';
import { count, type Of, optionalText, text } from './schema.ts';
import { verdictWords, wordTable } from './words.ts';

/** What the wire oracle says of an ESP, AH or IPComp packet. */
export const packetWords = ['verified', 'unauthenticated', 'refused', 'unjudged', 'no-sa', 'replayed'] as const;
export type PacketWord = (typeof packetWords)[number];

/** For how many virtual nanoseconds, and around how many changes of policies. */
export const blindSchema = z.object({ ns: count, events: count });
/** When no leak could be claimed. */
export type Blindness = Of<typeof blindSchema>;

const factSummary = z.object({
  /** SAs, counted once for both ends. */
  pairs: count,
  /** Protected packets by word; copies on other links not counted. */
  packets: z.record(z.enum(packetWords), count),
  /** SAs that one host alone had at command boundaries, with what excuses them. */
  halfOpen: z.array(text),
  /** No leak could be claimed then: the time of the changes, or of the packets, is not exactly known. Absent where it always is. */
  blind: blindSchema.exactOptional(),
  /** Hosts whose events were lost, for how long, and what that costs. Absent where none were. */
  eventsLost: z.array(text).exactOptional(),
});
/** What is known of an attempt's SAs and packets, for people and reports. */
export type FactSummary = Of<typeof factSummary>;

export const issueSchema = z.object({
  /** A key of `issueKinds`; a verdict of another version may have a kind that is not in today's table. */
  kind: text,
  word: z.enum(verdictWords),
  host: optionalText,
  file: optionalText,
  /** Line in `file`, from 1. */
  line: z.number().exactOptional(),
  command: optionalText,
  /** Number of the frame in a capture, from 1. */
  packet: count.exactOptional(),
  /** One line for people. */
  message: text,
  /** Up to a few lines of context: unified-diff style where expected and received differ. */
  excerpt: optionalText,
});
/** Something a judge saw, with where it saw it. */
export interface Issue extends Of<typeof issueSchema> {}

export const toleratedSchema = issueSchema.extend({
  /** The reason that the scenario gives. */
  why: text,
});
/** What would be an issue, had the scenario not declared it (`tolerates`). */
export interface ToleratedIssue extends Of<typeof toleratedSchema> {}

/** `verdict.json`. */
export const verdictSchema = z.object({
  version: z.literal(2),
  word: z.enum(verdictWords),
  /** The suite's own word for it (libreswan: passed, failed, unresolved, untested, unsupported). */
  upstream: text,
  issues: z.array(issueSchema),
  /** Absent where nothing is. */
  tolerated: z.array(toleratedSchema).exactOptional(),
  /** What was seen of SAs and packets; absent where nothing could be read. */
  facts: factSummary.exactOptional(),
  /** Adaptations that altered the received text of this attempt. */
  adapted: z.array(text),
  /** True where the attempt passes only with those adaptations. */
  passesOnlyAdapted: z.boolean(),
});
/** The judgement of one attempt; derived from stored files only. */
export interface Verdict extends Of<typeof verdictSchema> {}

/** The verdict where one thing is known, and nothing else was looked at. */
export function verdictOf(issue: Issue): Verdict {
  const { word } = issue;
  const { upstream } = wordTable[word];
  return { version: 2, word, upstream, issues: [issue], adapted: [], passesOnlyAdapted: false };
}

/** Whether it says why there was no lab. Any other verdict follows from what a lab left. */
export function refusesLab({ issues: [issue, ...others] }: Verdict): boolean {
  return issue?.kind === 'no-lab' && others.length === 0;
}
