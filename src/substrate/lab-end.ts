import { readFileSync } from 'node:fs';
import type { EndWord } from '../transcript/attempt.ts';
import { frameHeaderSize, recordMagic, recordType, type TroubleWord } from '../transcript/record.ts';
import type { BackendEnd } from './substrate.ts';

/** What the records of an ended lab say about its course. */
export interface RecordsSummary {
  /** The `labEnd` frame is there: nothing is missing. */
  readonly complete: boolean;
  /** The first trouble; later ones are its consequences. */
  readonly trouble?: { readonly text: string; readonly host?: string };
  /** The last command that was begun and did not end. */
  readonly open?: { readonly host: string; readonly step: number };
  /** Some command was typed, so the lab has booted. */
  readonly begun: boolean;
  /** Virtual nanoseconds between the first and the last frame. */
  readonly virtualNs: bigint;
}

const fileHeaderSize = 16;
const nothing: RecordsSummary = { complete: false, begun: false, virtualNs: 0n };

/** Scans the frames of a `records` file; a missing, foreign or torn one gives what can be had. */
export function summarizeRecords(path: string): RecordsSummary {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return nothing;
  }
  if (bytes.toString('latin1', 0, recordMagic.length) !== recordMagic) return nothing;
  return summarize(bytes);
}

function summarize(bytes: Buffer): RecordsSummary {
  let hosts: string[] = [];
  let first: bigint | undefined;
  let last = 0n;
  let begun = false;
  let complete = false;
  let trouble: RecordsSummary['trouble'];
  let open: RecordsSummary['open'];
  for (let at = fileHeaderSize; at + frameHeaderSize <= bytes.length; ) {
    const end = at + frameHeaderSize + bytes.readUInt32LE(at);
    if (end > bytes.length) break;
    const type = bytes.readUInt16LE(at + 4);
    const host = hosts[bytes.readUInt16LE(at + 6)];
    const payload = bytes.subarray(at + frameHeaderSize, end);
    last = bytes.readBigUInt64LE(at + 8);
    first ??= last;
    if (type === recordType.hosts) hosts = payload.toString().split('\n');
    else if (type === recordType.commandBegin && payload.length >= 4) {
      begun = true;
      open = { host: host ?? '?', step: payload.readUInt32LE(0) };
    } else if (type === recordType.commandEnd) open = undefined;
    else if (type === recordType.trouble) trouble ??= { text: payload.toString(), ...(host !== undefined && { host }) };
    else if (type === recordType.labEnd) complete = true;
    at = end;
  }
  return { complete, begun, virtualNs: last - (first ?? last), ...(trouble && { trouble }), ...(open && { open }) };
}

/** How a lab ended: one word with its evidence. */
export interface LabEnd {
  readonly word: EndWord;
  readonly detail?: string;
  readonly host?: string;
  readonly step?: number;
}

const wordOfTrouble: Readonly<Record<TroubleWord, EndWord>> = {
  timeout: 'timeout',
  flood: 'flood',
  'shell-exit': 'shell-exit',
  setup: 'boot-failed',
  agent: 'lab-died',
};

/**
 * Names the end of a lab. The first cause wins: what the wrapper did to it, then the guest's own
 * word of trouble (a dead kernel writes none, so it came before any panic), then the kernel log.
 */
export function judgeEnd(cause: LabEnd | undefined, end: BackendEnd, records: RecordsSummary): LabEnd {
  const place = records.open === undefined ? {} : records.open;
  if (cause !== undefined) return { ...place, ...cause };
  if (records.trouble !== undefined) {
    const { text, host } = records.trouble;
    const word = wordOfTrouble[text.split(' ', 1)[0] as TroubleWord] ?? 'lab-died';
    return { ...place, ...(host !== undefined && { host }), word, detail: text };
  }
  const detail = end.detail ?? `the lab's process ended with ${end.status}`;
  if (end.fault !== undefined) return { ...place, word: end.fault, detail };
  if (records.complete) return { word: 'completed' };
  return { ...place, word: records.begun ? 'lab-died' : 'boot-failed', detail };
}
