import { EspalierError } from '../base/errors.ts';
import { compare } from '../base/text.ts';
import type { Attempt } from '../evidence/attempt/attempt.ts';
import { captureFile } from '../evidence/attempt/link-capture.ts';
import { commandAt } from '../evidence/evidence.ts';
import { typeName } from '../evidence/records/decode.ts';
import { hostOf, type RecordFile } from '../evidence/records/reader.ts';
import { type LabRecord, recordType } from '../evidence/records/record.ts';
import type { AttemptFile } from '../model/attempt.ts';
import { issueOf } from '../model/issue-kinds.ts';
import type { Issue } from '../model/verdict.ts';
import { firstPacketDifference } from './capture-difference.ts';
import { differingLines, recordText } from './record-text.ts';

/** What an attempt recorded. Nothing is read before it is compared: a file that cannot be read is the judge's to say. */
export interface Repeat {
  readonly attempt: Attempt;
  /** Names of the links that it has captures of. */
  links(): readonly string[];
}

/** The seed by which a lab must repeat. `undefined`: it had none, or its substrate promises nothing for one. */
export function promisedSeed({ inputs, lacks }: AttemptFile): string | undefined {
  return lacks?.includes('seeds') ? undefined : inputs.seed;
}

/** The wall clock ended the lab: how far it came is no matter of its seed. */
export function isCutShort({ end }: AttemptFile): boolean {
  return end.word === 'livelock' || end.word === 'lab-died' || end.word === 'cancelled';
}

/** An attempt by its number; `file` is absent where no lab was started. */
interface NumberedAttempt {
  readonly attempt: number;
  readonly file?: AttemptFile;
}

/** The seed that an attempt can be held to. */
function seedOf({ file }: NumberedAttempt): string | undefined {
  return file === undefined || isCutShort(file) ? undefined : promisedSeed(file);
}

/**
 * What the first repeat that is not as the first attempt of its seed has other than that one. Attempts without another one of
 * their seed are not opened.
 */
export function repeatDifference(
  attempts: readonly NumberedAttempt[],
  repeatOf: (attempt: number) => Repeat | undefined,
): Issue | undefined {
  const bySeed = Map.groupBy(attempts, seedOf);
  const firsts = new Map<string, Repeat>();
  for (const one of attempts) {
    const seed = seedOf(one);
    if (seed === undefined || (bySeed.get(seed)?.length ?? 0) < 2) continue;
    const repeat = repeatOf(one.attempt);
    // What was pruned was as the others then, or it would not have been.
    if (repeat === undefined) continue;
    const first = firsts.get(seed);
    const issue = first && compareOrSay(first, repeat);
    if (issue !== undefined) return issue;
    if (first === undefined) firsts.set(seed, repeat);
  }
  return undefined;
}

/** What cannot be read cannot be compared, so that nothing is known of the seed's promise. */
function compareOrSay(first: Repeat, second: Repeat): Issue | undefined {
  try {
    return compareAttempts(first, second);
  } catch (error) {
    if (!(error instanceof EspalierError) || error.fault === 'bug') throw error;
    const file = error.detail.file?.split('/').at(-1);
    const message = `two attempts of one seed cannot be compared: ${error.message}`;
    return issueOf('unreadable-file', { ...(file !== undefined && { file }), message });
  }
}

/** What of the records is the transcript: the frames that must repeat for a seed. */
const transcript: ReadonlySet<number> = new Set([
  recordType.hosts,
  recordType.commandBegin,
  recordType.output,
  recordType.commandEnd,
]);

/** Which frames of the records two attempts are compared by. How a driver cut its orders is no matter of the lab. */
const compared = {
  transcript: ({ type }: LabRecord): boolean => transcript.has(type),
  all: ({ type }: LabRecord): boolean => type !== recordType.stepEnd,
} as const;

/**
 * Compares two attempts of one seed byte by byte: records first, then captures. Names the first record or packet that
 * differs, with what both attempts have there. `frames`: the transcript only, or all that the guest recorded.
 */
export function compareAttempts(
  first: Repeat,
  second: Repeat,
  frames: keyof typeof compared = 'transcript',
): Issue | undefined {
  const [one, other] = [first.attempt.records, second.attempt.records];
  return compareRecords(one, other, compared[frames]) ?? compareCaptures(first, second);
}

/** Equal but for the sequence number: frames between that are not compared may differ in count. */
function same(a: LabRecord, b: LabRecord): boolean {
  return a.type === b.type && a.host === b.host && a.time === b.time && Buffer.from(a.payload).equals(b.payload);
}

function compareRecords(one: RecordFile, other: RecordFile, counts: (record: LabRecord) => boolean): Issue | undefined {
  const [left, right] = [one.records.filter(counts), other.records.filter(counts)];
  const commands = new Map<number, string>();
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [left[i], right[i]];
    const either = a ?? b;
    if (either === undefined) break;
    if (either.type === recordType.commandBegin) commands.set(either.host, recordText(either));
    if (a !== undefined && b !== undefined && same(a, b)) continue;
    const host = hostOf(a === undefined ? other : one, either);
    const start = left[0]?.time ?? right[0]?.time ?? 0n;
    return recordIssue([a, b], { host, command: commands.get(either.host), start });
  }
  return undefined;
}

interface Place {
  readonly host: string | undefined;
  readonly command: string | undefined;
  /** Virtual ns of the lab's first record. */
  readonly start: bigint;
}

function recordIssue([a, b]: readonly (LabRecord | undefined)[], { host, command, start }: Place): Issue {
  const titles = [a, b].map((record) =>
    record === undefined ? 'the end' : `${record.sequence} (${typeName(record)})`,
  );
  const what = titles[0] === titles[1] ? titles[0] : titles.join(' and ');
  const texts = differingLines(a === undefined ? '' : recordText(a), b === undefined ? '' : recordText(b));
  return issueOf('transcripts-differ', {
    ...(host !== undefined && { host }),
    file: 'records',
    ...(command !== undefined && { command }),
    message: `two attempts of one seed first differ at record ${what}`,
    excerpt: [...lines('-', a, [start, texts.one]), ...lines('+', b, [start, texts.other])].join('\n'),
  });
}

function lines(
  mark: string,
  record: LabRecord | undefined,
  [start, text]: readonly [bigint, readonly string[]],
): string[] {
  if (record === undefined) return [`${mark}(no such record)`];
  return [
    `${mark}${typeName(record)} at ${exactSeconds(record.time - start)}`,
    ...text.map((line) => `${mark}${line}`),
  ];
}

/** Virtual seconds to the nanosecond: the last digits may be all that differs. */
export function exactSeconds(ns: bigint): string {
  const digits = String(ns < 0n ? -ns : ns).padStart(10, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)} s`;
}

function compareCaptures(first: Repeat, second: Repeat): Issue | undefined {
  for (const name of [...new Set([...first.links(), ...second.links()])].sort()) {
    const difference = firstPacketDifference(first.attempt, second.attempt, name);
    if (difference === undefined) continue;
    const { time, excerpt, packet } = difference;
    const where = packet === undefined ? '' : `, first at packet ${packet}`;
    return issueOf('captures-differ', {
      ...(time !== undefined && placeAt(first.attempt, time)),
      file: captureFile(name),
      message: `two attempts of one seed have different captures of link ${name}${where}`,
      ...(excerpt !== undefined && { excerpt }),
    });
  }
  return undefined;
}

/** The command typed last before a moment, the post-mortem included. */
function placeAt({ consoles }: Attempt, time: bigint): Pick<Issue, 'host' | 'command'> {
  const typed = consoles.flatMap(({ host, commands }) => commands.map(({ line, begin }) => ({ host, line, begin })));
  typed.sort((a, b) => compare(a.begin, b.begin));
  const last = commandAt(typed, time);
  return last === undefined ? {} : { host: last.host, command: last.line };
}
