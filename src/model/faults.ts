import { z } from 'zod';
import { count, decimal, fileName, type Of, optionalText, text } from './schema.ts';

/** A number of so many bits. */
const word = (bits: 8 | 16 | 32): z.ZodNumber => count.max(2 ** bits - 1);
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'is not hexadecimal, two digits an octet');

const ikeMatch = z.object({
  kind: z.literal('ike'),
  /** Number of the exchange's type. */
  exchange: word(8).exactOptional(),
  messageId: word(32).exactOptional(),
  response: z.boolean().exactOptional(),
  /** Number of the type of the first payload. */
  payload: word(8).exactOptional(),
  /** From 1 (RFC 7383). */
  fragment: word(16).exactOptional(),
  /** The initiator's SPI, 16 hexadecimal digits. */
  spi: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .exactOptional(),
});

const espMatch = z.object({
  kind: z.literal('esp'),
  spi: word(32).exactOptional(),
  sequence: word(32).exactOptional(),
});

const ipMatch = z.object({
  kind: z.literal('ip'),
  /** Number of the protocol behind the IP header. */
  protocol: word(8).exactOptional(),
});

/** What of a frame is in clear and names it. A field that is left out may be anything. */
const match = z.discriminatedUnion('kind', [ikeMatch, espMatch, ipMatch]);
export type FaultMatch = Of<typeof match>;

/** Changes of a frame's message: what is behind the UDP header and the non-ESP marker, or behind the IP header. Negative offsets count from its end. */
const edit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flip'), at: z.number().int(), mask: hex }),
  z.object({ kind: z.literal('set'), at: z.number().int(), octets: hex }),
  /** Flips so many bits, drawn by a seed. */
  z.object({ kind: z.literal('draw'), seed: count, bits: count }),
  z.object({ kind: z.literal('cut'), length: count }),
  z.object({ kind: z.literal('replace'), octets: hex }),
]);
export type FaultEdit = Of<typeof edit>;

/** Times are virtual nanoseconds in decimal. */
const action = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('drop') }),
  /** Until an order releases it. */
  z.object({ kind: z.literal('hold') }),
  z.object({ kind: z.literal('delay'), by: decimal }),
  z.object({ kind: z.literal('duplicate'), copies: count, after: decimal }),
  /** Behind the next frame of the same kind from the same sender; alone where none comes in this time. */
  z.object({ kind: z.literal('reorder'), within: decimal }),
  /** Checksums and lengths are right afterwards, unless they are kept. */
  z.object({ kind: z.literal('change'), edits: z.array(edit), keepChecksums: z.boolean().exactOptional() }),
]);
export type FaultAction = Of<typeof action>;

export const faultRuleSchema = z.object({
  link: fileName,
  /** The host that puts the frame on the link; left out: any. */
  from: fileName.exactOptional(),
  match,
  /** Whether it names the first copy of a message only, or retransmissions only (the same octets again). Left out: both. */
  copies: z.enum(['first', 'again']).exactOptional(),
  /** It acts on the n-th frame that it names, and on so many in all; 0: on all from there on. */
  nth: count.min(1),
  times: count,
  action,
});
/** What becomes of single frames of a lab. */
export type FaultRule = Of<typeof faultRuleSchema>;

/** What the labs of a plan had beside its rules, so that they can be made again to the byte. Virtual nanoseconds. */
export const faultedLabSchema = z.object({
  /** How long one command may take. */
  deadline: decimal.exactOptional(),
  /** Within which tunnels have to carry traffic when the scenario is over. */
  traffic: decimal.exactOptional(),
});
export type FaultedLab = Of<typeof faultedLabSchema>;

/** `*.faults.json`: what becomes of single frames of a lab, so that it can be made again (`run --faults`). */
export const faultPlanSchema = z.object({
  version: z.literal(1),
  /** `SUITE:NAME` that it was made for, and the seed. */
  test: optionalText,
  seed: decimal.exactOptional(),
  /** For people: what it does to which message, a line each. */
  about: z.array(text).exactOptional(),
  rules: z.array(faultRuleSchema).max(16),
  lab: faultedLabSchema.exactOptional(),
});
export interface FaultPlan extends Of<typeof faultPlanSchema> {}

/** What became of a frame that a rule named, or why one was put on a link; the numbers of `fault` records. */
export const fates = {
  passed: 1,
  dropped: 2,
  held: 3,
  changed: 4,
  duplicated: 5,
  /** Put on the link: as it was caught, once more, changed, or made by a scenario. */
  whole: 16,
  copy: 17,
  spoiled: 18,
  injected: 19,
} as const;
export type Fate = keyof typeof fates;

/** Whether a fate is that of a frame that a host sent. */
export function isCaught(fate: Fate): boolean {
  return fates[fate] < fates.whole;
}
