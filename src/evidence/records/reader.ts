import { frameHeaderSize, type LabRecord, labHost, recordMagic, recordType, recordVersion } from './record.ts';

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
  const records: LabRecord[] = [];
  const damage = readFrames(bytes, records);
  const first = records.find((record) => record.type === recordType.hosts);
  return {
    hosts: first === undefined ? [] : decode(first.payload).split('\n'),
    records,
    complete: records.at(-1)?.type === recordType.labEnd,
    ...(damage && { damage }),
  };
}

function checkHeader(bytes: Uint8Array): RecordDamage | undefined {
  const magic = decode(bytes.subarray(0, recordMagic.length));
  if (magic !== recordMagic) {
    const torn = bytes.length < recordMagic.length && recordMagic.startsWith(magic);
    return { kind: torn ? 'torn' : 'foreign', offset: 0, message: torn ? 'the header is cut short' : 'no record file' };
  }
  if (bytes.length < fileHeaderSize) return { kind: 'torn', offset: 8, message: 'the header is cut short' };
  const version = viewOf(bytes).getUint32(8, true);
  if (version === recordVersion) return undefined;
  return { kind: 'foreign', offset: 8, message: `schema version ${version}, this Espalier reads ${recordVersion}` };
}

function readFrames(bytes: Uint8Array, records: LabRecord[]): RecordDamage | undefined {
  const view = viewOf(bytes);
  let at = fileHeaderSize;
  while (at < bytes.length) {
    const start = at + frameHeaderSize;
    const end = start > bytes.length ? start : start + view.getUint32(at, true);
    if (end > bytes.length) return { kind: 'torn', offset: at, message: `frame ${records.length} is cut short` };
    const sequence = view.getUint32(at + 16, true);
    if (sequence !== records.length) {
      return { kind: 'corrupt', offset: at, message: `frame ${records.length} calls itself number ${sequence}` };
    }
    records.push({
      type: view.getUint16(at + 4, true),
      host: view.getUint16(at + 6, true),
      time: view.getBigUint64(at + 8, true),
      sequence,
      payload: bytes.subarray(start, end),
    });
    at = end;
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Name of the host that a record belongs to; `undefined` for the lab itself. */
export function hostOf(file: RecordFile, record: LabRecord): string | undefined {
  return record.host === labHost ? undefined : file.hosts[record.host];
}
