import type { CapturedPacket } from '../../src/evidence/capture/capture.ts';
import { labHost, recordType } from '../../src/evidence/records/record.ts';
import type { Frame } from '../../src/evidence/records/writer.ts';
import { pairedSas } from './choose-sa.ts';
import type { Damage, Damaged } from './damage.ts';
import { editCapture } from './edit-captures.ts';
import { insertRecords, removeRecord } from './edit-records.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** Evidence that is gone, though the files are whole: who counted it while the lab ran, or the lab's own word, tells of it. */
export const lostDamages: readonly Damage[] = [
  {
    id: 'empty-captures',
    why: 'counters show packets, and no capture does',
    apply: (attempt: StoredAttempt) => (isCounted(attempt) ? withoutFrames(attempt, () => true) : undefined),
  },
  {
    id: 'remove-all-esp',
    why: 'receivers have counted packets of their SAs, and no capture has one',
    apply: (attempt: StoredAttempt) =>
      isTaken(attempt) ? withoutFrames(attempt, protectedFrames(attempt)) : undefined,
  },
  {
    id: 'remove-a-tenth',
    why: 'the lab has counted more frames than the captures hold',
    apply: (attempt: StoredAttempt) =>
      hasBooks(attempt) ? withoutFrames(attempt, (_, at) => at % 10 === 0) : undefined,
  },
  {
    id: 'remove-one-esp',
    why: 'a receiver has counted one more packet of its SA than the captures hold',
    apply: (attempt: StoredAttempt) => withoutOnePacket(attempt),
  },
  {
    id: 'remove-record',
    why: 'what the record said is not known',
    apply: ({ records }: StoredAttempt) => {
      const number = Math.floor(records.length / 2);
      return { files: removeRecord(records, number), where: `record ${number}` };
    },
  },
  ...[
    { id: 'say-lost-frames', text: 'lost frames 17386: packet ring full' },
    { id: 'note-lost-frames', text: 'note capture lost 17386 frames: packet ring full' },
    { id: 'say-lost-anything', text: 'lost mail 3' },
  ].map(({ id, text }) => ({
    id,
    why: 'the lab says that evidence is gone',
    apply: (attempt: StoredAttempt) => ({ files: withTrouble(attempt, text), where: text }),
  })),
].map((one) => ({ ...one, expected: 'unresolved', leavesBooks: true }));

function hasBooks({ records, captures }: StoredAttempt): boolean {
  return (
    records.some(({ type }) => type === recordType.books) && [...captures.values()].some(({ length }) => length > 0)
  );
}

/** Some SA has taken a packet, by what both of its ends say. */
function isTaken(attempt: StoredAttempt): boolean {
  return pairedSas(attempt).some(({ sa, peer }) => sa.use.packets > 0n && peer.use.packets > 0n);
}

function isCounted(attempt: StoredAttempt): boolean {
  return hasBooks(attempt) || isTaken(attempt);
}

type Chooser = (packet: CapturedPacket, at: number, file: string) => boolean;

function withoutFrames(attempt: StoredAttempt, isGone: Chooser): Damaged {
  const files = [...attempt.captures.keys()].flatMap((file) => [
    ...editCapture(attempt, file, (packets) => packets.filter((packet, at) => !isGone(packet, at, file))),
  ]);
  return { files: new Map(files), where: `${files.length} captures` };
}

/** Frames that carry ESP or AH; of a fragmented packet the one that completes it. */
function protectedFrames({ evidence }: StoredAttempt): Chooser {
  const places = new Set(evidence.protectedPackets.map(({ frame }) => `${frame.file} ${frame.number}`));
  return (_, at, file) => places.has(`${file} ${at + 1}`);
}

/** One packet of an SA whose receiver has counted each that was sent, on all links that it crossed. */
function withoutOnePacket(attempt: StoredAttempt): Damaged | undefined {
  const { protectedPackets } = attempt.evidence;
  for (const { sa, peer } of pairedSas(attempt)) {
    const own = protectedPackets.filter(({ protocol, spi }) => protocol === sa.protocol && spi === sa.spi);
    const first = own.find(({ copy }) => !copy);
    const sent = BigInt(own.filter(({ copy }) => !copy).length);
    if (first === undefined || sa.use.packets < sent || peer.use.packets < sent) continue;
    const isSame = (file: string, at: number): boolean =>
      own.some(({ sequence, frame }) => sequence === first.sequence && frame.file === file && frame.number === at + 1);
    const damaged = withoutFrames(attempt, (_, at, file) => isSame(file, at));
    return { ...damaged, where: `${first.frame.file} packet ${first.frame.number}` };
  }
  return undefined;
}

function withTrouble({ records }: StoredAttempt, text: string): Map<string, Uint8Array> {
  const last = records.at(-2);
  const frame: Frame = { type: recordType.trouble, host: labHost, time: last?.time ?? 0n, payload: Buffer.from(text) };
  return insertRecords(records, last?.sequence ?? 0, [frame]);
}
