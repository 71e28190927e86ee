import { z } from 'zod';
import { rangesPattern } from './ranges.ts';
import { count, type Of, optionalText, text } from './schema.ts';
import { packetWords } from './verdict.ts';

/** Kinds of issue that say that cleartext went over a link. */
export const leakKinds = ['cleartext', 'not-encrypted', 'check-leak'] as const;
export type LeakKind = (typeof leakKinds)[number];

/** Virtual microseconds since `start`; negative before it. */
const moment = z.number().int();
/** Numbers as ranges (ranges.ts). */
const ranges = text.regex(rangesPattern);
/** Index into `hosts`; -1: nobody of the lab, or everybody. */
const host = z.number().int().min(-1);

const saLife = z.object({
  host,
  protocol: text,
  /** Hexadecimal, with 0x. */
  spi: text,
  /** Kernels before 6.10 do not tell. */
  direction: z.enum(['in', 'out']).exactOptional(),
  reqid: count,
  source: text,
  destination: text,
  mode: text,
  encapsulation: optionalText,
  esn: z.literal(true).exactOptional(),
  /** Names and key lengths in bits; never keys. */
  algorithms: text,
  selector: text,
  /** Counters as seen last, decimal. */
  packets: text,
  bytes: text,
  born: moment,
  ended: z.object({ t: moment, why: text }).exactOptional(),
});
/** An SA of a host from its birth to its end. Addresses and counters are the last that were seen. */
export type SaLife = Of<typeof saLife>;

const protection = z.object({
  protocol: text,
  spi: text,
  encapsulation: z.enum(['udp', 'tcp']).exactOptional(),
  word: z.enum(packetWords),
  /** Of `refused` and `unjudged`. */
  reason: optionalText,
  /** The same packets were seen before on another link. */
  copy: z.literal(true).exactOptional(),
  /** What was inside, where it opened and the SA is one of tunnels. */
  inner: optionalText,
});

const flow = z.object({
  /** Index into `links`. */
  link: count,
  from: host,
  to: host,
  /** Addresses, with ports where there are some. */
  ends: optionalText,
  /** `ike`: IKE messages. `protected`: ESP, AH and IPComp. `clear`: in clear. `other`: no IP, or of a kind that nobody protects. */
  kind: z.enum(['ike', 'protected', 'clear', 'other']),
  /** Of `protected`. */
  protection: protection.exactOptional(),
  /** Of `clear` and `other`: the packets without what changes from one to the next. Of `ike`: `tcp` in TCP. */
  text: optionalText,
  /** The weightiest kind of leak that these packets are. */
  leak: z.enum(leakKinds).exactOptional(),
});
/** What packets have in common that are one flow on one link. */
export type Flow = Of<typeof flow>;

/** What is remarkable about packets. `lost`: numbers before were never seen. `again`: the very bytes were sent before. */
export const packetFlags = ['again', 'lost', 'reordered'] as const;
export type PacketFlag = (typeof packetFlags)[number];

const traffic = z.object({
  /** Index into `flows`. */
  flow: count,
  /** Of the first packet. */
  t: moment,
  /** Of the last packet, where it is another moment. */
  until: moment.exactOptional(),
  /** Numbers of the frames in the link's capture, from 1. */
  frames: ranges,
  /** Sequence numbers as sent, 32 bits, in the order of frames. */
  sequence: ranges.exactOptional(),
  /** Index into `messages`. */
  message: count.exactOptional(),
  flags: z.array(z.enum(packetFlags)).exactOptional(),
});
/** Packets of one flow between which nothing else happened: no command, no IKE message, no change of an SA. */
export type Traffic = Of<typeof traffic>;

const message = z.object({
  /** `IKE_AUTH request 1: SK`. */
  text,
  /** A line per payload in clear that has more to say. */
  details: z.array(text),
  flags: z.array(z.enum(['unanswered', 'malformed'])).exactOptional(),
});
/** An IKE message, on however many links it was seen. */
export type Message = Of<typeof message>;

const leak = z.object({
  kind: z.enum(leakKinds),
  /** Index into `links`. */
  link: count,
  /** Who put the frames on the link. */
  host,
  frames: ranges,
});
/** All frames of one sender on one link that are a leak of one kind. */
export type LeakedFrames = Of<typeof leak>;

const incident = z.object({
  /** A key of `issueKinds`. */
  kind: text,
  host,
  /** Absent: the file that tells of it has no times. */
  t: moment.exactOptional(),
  text,
  /** The line that tells of it, and some behind it. */
  excerpt: optionalText,
  file: optionalText,
  line: count.exactOptional(),
  /** Why it is no fault: the test itself did it. */
  excuse: optionalText,
  /** The reason that the scenario gives for tolerating it. */
  tolerated: optionalText,
});
/** What went wrong in a process or in the kernel, or ended a daemon. */
export type ToldIncident = Of<typeof incident>;

/** `derived/observed.json`: what judging saw of links and SAs, for those who lay it out. Written by src/judge/observed. */
export const observedSchema = z.object({
  version: z.literal(1),
  /** Virtual nanoseconds since 1970 of t = 0, decimal: the first command, else the first record. */
  start: text,
  /** The first record and the last one. */
  boot: moment,
  end: moment,
  hosts: z.array(text),
  links: z.array(text),
  /** What is wrong with records and captures, so that not all is known. */
  damage: z.array(z.object({ file: text, message: text })),
  sas: z.array(saLife),
  /** Every leaked frame. */
  leaks: z.array(leak),
  /** In the order of time, those without one last. Absent where there are none. */
  incidents: z.array(incident).exactOptional(),
  /** Times of the frames that the verdict names; `link` is an index, `frame` a number from 1. */
  named: z.array(z.object({ link: count, frame: count, t: moment })),
  messages: z.array(message),
  flows: z.array(flow),
  /** In the order of time. */
  traffic: z.array(traffic),
  /** What is left out to keep the file small; leaks never are. */
  left: z.object({ sas: count, messages: count, packets: count, incidents: count.exactOptional() }),
});
export type Observed = Of<typeof observedSchema>;
