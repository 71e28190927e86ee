import { decode } from './decode.ts';
import { type FrameRun, frames, type LabRecord, labHost, recordMagic, recordType, recordVersion } from './record.ts';

/** Magic, schema version and a reserved word. */
export const fileHeaderSize = 16;

/** Why the frames of a `records` file are not all there. */
export interface RecordDamage {
  /** `torn`: cut short, all frames before are valid. `foreign`: not a file of this format. `corrupt`: frames disagree. */
  readonly kind: 'torn' | 'foreign' | 'corrupt';
  /** Byte offset of the first byte that was not understood. */
  readonly offset: number;
  readonly message: string;
}

/** Everything that a `records` file says. */
export interface RecordFile {
  /** Host names in index order. */
  readonly hosts: readonly string[];
  /** All valid frames, the `hosts` frame included. */
  readonly records: readonly LabRecord[];
  /** The `labEnd` frame is there: nothing is missing. */
  readonly complete: boolean;
  readonly damage?: RecordDamage;
}

/** Reads the bytes of a `records` file. Never throws: what cannot be read is told in `damage`. */
export function readRecords(bytes: Uint8Array): RecordFile {
  const foreign = checkHeader(bytes);
  if (foreign !== undefined) return { hosts: [], records: [], complete: false, damage: foreign };
  const run = frames(bytes, { at: fileHeaderSize });
  const { records } = run;
  const damage = damageOf(run, bytes.length);
  const first = records.find(({ type }) => type === recordType.hosts);
  const named = first && decode(first);
  return {
    hosts: named?.type === 'hosts' ? named.hosts : [],
    records,
    complete: records.at(-1)?.type === recordType.labEnd,
    ...(damage && { damage }),
  };
}

function damageOf({ records, end, problem }: FrameRun, size: number): RecordDamage | undefined {
  if (problem !== undefined) return { kind: 'corrupt', offset: end, message: problem };
  return end === size ? undefined : { kind: 'torn', offset: end, message: `frame ${records.length} is cut short` };
}

function checkHeader(bytes: Uint8Array): RecordDamage | undefined {
  const magic = new TextDecoder().decode(bytes.subarray(0, recordMagic.length));
  if (magic !== recordMagic) {
    const torn = bytes.length < recordMagic.length && recordMagic.startsWith(magic);
    return { kind: torn ? 'torn' : 'foreign', offset: 0, message: torn ? 'the header is cut short' : 'no record file' };
  }
  if (bytes.length < fileHeaderSize) return { kind: 'torn', offset: 8, message: 'the header is cut short' };
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (version === recordVersion) return undefined;
  return { kind: 'foreign', offset: 8, message: `schema version ${version}, this Espalier reads ${recordVersion}` };
}

/** Name of the host that a record belongs to; `undefined` for the lab itself. */
export function hostOf(file: RecordFile, record: LabRecord): string | undefined {
  return record.host === labHost ? undefined : file.hosts[record.host];
}
