import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostOf, type RecordFile, readRecords } from '../transcript/reader.ts';
import { type LabRecord, recordType } from '../transcript/record.ts';
import type { Issue } from '../verdict/verdict.ts';

/** What of the records is the transcript: the frames that must repeat for a seed. */
const compared: ReadonlySet<number> = new Set([
  recordType.hosts,
  recordType.commandBegin,
  recordType.output,
  recordType.commandEnd,
]);

const nameOf = new Map(Object.entries(recordType).map(([name, number]) => [number as number, name]));

/** Compares two attempts of one seed byte by byte: transcripts first, then captures. */
export function compareAttempts(first: string, second: string): Issue | undefined {
  return compareRecords(first, second) ?? compareCaptures(first, second);
}

function readTranscript(dir: string): { readonly file: RecordFile; readonly frames: readonly LabRecord[] } {
  const file = readRecords(readIfPresent(join(dir, 'records')) ?? new Uint8Array());
  return { file, frames: file.records.filter(({ type }) => compared.has(type)) };
}

/** Equal but for the sequence number: frames between that are not compared may differ in count. */
function same(a: LabRecord, b: LabRecord): boolean {
  return a.type === b.type && a.host === b.host && a.time === b.time && Buffer.from(a.payload).equals(b.payload);
}

function compareRecords(first: string, second: string): Issue | undefined {
  const one = readTranscript(first);
  const other = readTranscript(second);
  let command: string | undefined;
  for (let i = 0; i < Math.max(one.frames.length, other.frames.length); i++) {
    const [a, b] = [one.frames[i], other.frames[i]];
    const either = a ?? b;
    if (either?.type === recordType.commandBegin) command = new TextDecoder().decode(either.payload.subarray(4));
    if (a !== undefined && b !== undefined && same(a, b)) continue;
    if (either !== undefined) return recordIssue(a, b, { host: hostOf(one.file, either), command });
  }
  return undefined;
}

interface Place {
  readonly host: string | undefined;
  readonly command: string | undefined;
}

function recordIssue(a: LabRecord | undefined, b: LabRecord | undefined, { host, command }: Place): Issue {
  const number = (a ?? b)?.sequence ?? 0;
  const type = nameOf.get((a ?? b)?.type ?? -1) ?? 'unknown';
  return {
    kind: 'transcripts-differ',
    word: 'nondeterminism',
    ...(host !== undefined && { host }),
    file: 'records',
    ...(command !== undefined && { command }),
    message: `two attempts of one seed first differ at record ${number} (${type})`,
    excerpt: [...lines('-', a), ...lines('+', b)].join('\n'),
  };
}

function lines(mark: string, record: LabRecord | undefined): string[] {
  if (record === undefined) return [`${mark}(no such record)`];
  const text = Buffer.from(record.payload).toString('latin1').split('\n').slice(0, 3);
  return [`${mark}at ${record.time} ns`, ...text.map((line) => `${mark}${line}`)];
}

function compareCaptures(first: string, second: string): Issue | undefined {
  const names = new Set([...listCaptures(first), ...listCaptures(second)]);
  for (const name of [...names].sort()) {
    const [one, other] = [first, second].map((dir) => readIfPresent(join(dir, 'links', name)));
    if (one !== undefined && other !== undefined && one.equals(other)) continue;
    const message = `two attempts of one seed have different captures of link ${name.replace(/\.pcapng$/, '')}`;
    return { kind: 'captures-differ', word: 'nondeterminism', file: `links/${name}`, message };
  }
  return undefined;
}

function listCaptures(dir: string): string[] {
  const links = join(dir, 'links');
  return existsSync(links) ? readdirSync(links) : [];
}

function readIfPresent(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}
