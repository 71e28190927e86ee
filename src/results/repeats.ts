import { consoles } from '../evidence/records/consoles.ts';
import { typeName } from '../evidence/records/decode.ts';
import { hostOf, type RecordFile, readRecords } from '../evidence/records/reader.ts';
import { type LabRecord, recordType } from '../evidence/records/record.ts';
import { issueOf } from '../model/issue-kinds.ts';
import type { Issue } from '../model/verdict.ts';
import { capturedLinks, readAttemptFile } from '../store/attempt-files.ts';
import { firstPacketDifference } from './capture-difference.ts';
import { firstDifference, recordText } from './record-text.ts';

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
  first: string,
  second: string,
  frames: keyof typeof compared = 'transcript',
): Issue | undefined {
  const [one, other] = [readFile(first), readFile(second)];
  return compareRecords(one, other, compared[frames]) ?? compareCaptures({ first, second }, one);
}

function readFile(dir: string): RecordFile {
  return readRecords(readAttemptFile(dir, 'records') ?? new Uint8Array());
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
  const texts = firstDifference(a === undefined ? '' : recordText(a), b === undefined ? '' : recordText(b));
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
  return [`${mark}${typeName(record)} at ${seconds(record.time - start)}`, ...text.map((line) => `${mark}${line}`)];
}

/** Virtual seconds to the nanosecond: the last digits may be all that differs. */
export function seconds(ns: bigint): string {
  const digits = String(ns < 0n ? -ns : ns).padStart(10, '0');
  return `${ns < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)} s`;
}

interface Pair {
  readonly first: string;
  readonly second: string;
}

function compareCaptures({ first, second }: Pair, records: RecordFile): Issue | undefined {
  const names = new Set([...capturedLinks(first), ...capturedLinks(second)]);
  for (const name of [...names].sort()) {
    const difference = firstPacketDifference(first, second, name);
    if (difference === undefined) continue;
    const { time, excerpt, packet } = difference;
    const where = packet === undefined ? '' : `, first at packet ${packet}`;
    return issueOf('captures-differ', {
      ...(time !== undefined && commandAt(records, time)),
      file: `links/${name}.pcapng`,
      message: `two attempts of one seed have different captures of link ${name}${where}`,
      ...(excerpt !== undefined && { excerpt }),
    });
  }
  return undefined;
}

/** The command typed last before a moment. */
function commandAt(records: RecordFile, time: bigint): Pick<Issue, 'host' | 'command'> {
  const begun = consoles(records).flatMap(({ host, commands }) => commands.map((one) => ({ ...one, host })));
  const last = begun
    .filter(({ begin }) => begin <= time)
    .sort((a, b) => (a.begin < b.begin ? -1 : 1))
    .at(-1);
  return last === undefined ? {} : { host: last.host, command: last.line };
}
