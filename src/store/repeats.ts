import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameHeaderSize, recordMagic, recordType } from '../transcript/record.ts';
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

interface Frame {
  readonly number: number;
  readonly type: number;
  readonly host: number;
  /** Header and payload, without the sequence number: uncompared frames between may differ. */
  readonly bytes: Buffer;
  readonly payload: Buffer;
}

function* transcript(path: string): Generator<Frame> {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (bytes.toString('latin1', 0, recordMagic.length) !== recordMagic) return;
  for (let at = 16, number = 0; at + frameHeaderSize <= bytes.length; number++) {
    const end = at + frameHeaderSize + bytes.readUInt32LE(at);
    if (end > bytes.length) return;
    const type = bytes.readUInt16LE(at + 4);
    const payload = bytes.subarray(at + frameHeaderSize, end);
    const frame = Buffer.concat([bytes.subarray(at, at + 16), payload]);
    if (compared.has(type)) yield { number, type, host: bytes.readUInt16LE(at + 6), bytes: frame, payload };
    at = end;
  }
}

function compareRecords(first: string, second: string): Issue | undefined {
  const others = transcript(join(second, 'records'));
  let hosts: string[] = [];
  let command: string | undefined;
  for (const frame of transcript(join(first, 'records'))) {
    const other = others.next().value as Frame | undefined;
    if (frame.type === recordType.hosts) hosts = frame.payload.toString().split('\n');
    if (frame.type === recordType.commandBegin) command = frame.payload.toString('utf8', 4);
    if (other === undefined || !frame.bytes.equals(other.bytes)) {
      return recordIssue(frame, other, { host: hosts[frame.host], command });
    }
  }
  const extra = others.next().value as Frame | undefined;
  return extra === undefined ? undefined : recordIssue(undefined, extra, { host: hosts[extra.host], command });
}

interface Place {
  readonly host: string | undefined;
  readonly command: string | undefined;
}

function recordIssue(first: Frame | undefined, second: Frame | undefined, { host, command }: Place): Issue {
  const number = (first ?? second)?.number ?? 0;
  const type = nameOf.get((first ?? second)?.type ?? -1) ?? 'unknown';
  return {
    kind: 'transcripts-differ',
    word: 'nondeterminism',
    ...(host !== undefined && { host }),
    file: 'records',
    ...(command !== undefined && { command }),
    message: `two attempts of one seed first differ at record ${number} (${type})`,
    excerpt: [...lines('-', first), ...lines('+', second)].join('\n'),
  };
}

function lines(mark: string, frame: Frame | undefined): string[] {
  if (frame === undefined) return [`${mark}(no such record)`];
  const time = frame.bytes.readBigUInt64LE(8);
  const text = frame.payload.toString('latin1').split('\n').slice(0, 3);
  return [`${mark}at ${time} ns`, ...text.map((line) => `${mark}${line}`)];
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
