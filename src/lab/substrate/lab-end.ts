import { readFileSync } from 'node:fs';
import { decode } from '../../evidence/records/decode.ts';
import { hostOf, type RecordFile, readRecords } from '../../evidence/records/reader.ts';
import { endsLab, type SevereWord } from '../../evidence/records/record.ts';
import type { EndWord } from '../../model/attempt.ts';
import type { BackendEnd } from './substrate.ts';

/** What the records of an ended lab say about how it ran. */
export interface RecordsSummary {
  /** The `labEnd` frame is there: nothing is missing. */
  readonly complete: boolean;
  /** The first trouble that ends a lab; later ones are its consequences. */
  readonly trouble?: { readonly word: SevereWord | undefined; readonly text: string; readonly host?: string };
  /** The last command that was begun and did not end. */
  readonly open?: { readonly host: string; readonly step?: number };
  /** Some command was typed, so the lab has booted. */
  readonly begun: boolean;
  /** Virtual nanoseconds between the first and the last frame. */
  readonly virtualNs: bigint;
}

const nothing: RecordsSummary = { complete: false, begun: false, virtualNs: 0n };

/** Summarizes the `records` of a lab; a missing, foreign or torn file gives as much as can be read. */
export function summarizeRecords(path: string): RecordsSummary {
  try {
    return summarize(readRecords(readFileSync(path)));
  } catch {
    return nothing;
  }
}

function summarize(file: RecordFile): RecordsSummary {
  let begun = false;
  let trouble: RecordsSummary['trouble'];
  let open: RecordsSummary['open'];
  for (const record of file.records) {
    const host = hostOf(file, record);
    const said = decode(record);
    if (said.type === 'commandBegin') {
      begun = true;
      open = { host: host ?? '?', ...(said.step !== undefined && { step: said.step }) };
    } else if (said.type === 'commandEnd') open = undefined;
    else if (said.type === 'trouble' && endsLab(said.word)) {
      trouble ??= { word: said.word, text: said.text, ...(host !== undefined && { host }) };
    }
  }
  const virtualNs = (file.records.at(-1)?.time ?? 0n) - (file.records[0]?.time ?? 0n);
  return { complete: file.complete, begun, virtualNs, ...(trouble && { trouble }), ...(open && { open }) };
}

/** How a lab ended: one word with its evidence. */
export interface LabEnd {
  readonly word: EndWord;
  readonly detail?: string;
  readonly host?: string;
  readonly step?: number;
}

const endOfTrouble: Readonly<Record<SevereWord, EndWord>> = {
  timeout: 'timeout',
  flood: 'flood',
  'shell-exit': 'shell-exit',
  setup: 'boot-failed',
  agent: 'lab-died',
};

/**
 * Names the end of a lab. The first cause wins: what the wrapper did to it, then what this machine did to it, then the guest's own
 * word of trouble (a dead kernel writes none, so it came before any panic), then the kernel log.
 */
export function judgeEnd(cause: LabEnd | undefined, end: BackendEnd, records: RecordsSummary): LabEnd {
  const place = records.open === undefined ? {} : records.open;
  if (cause !== undefined) return { ...place, ...cause };
  if (records.trouble !== undefined && end.byMachine !== true) {
    const { word, text, host } = records.trouble;
    const endWord = word === undefined ? 'lab-died' : endOfTrouble[word];
    return { ...place, ...(host !== undefined && { host }), word: endWord, detail: text };
  }
  const detail = end.detail ?? `the lab's process ended with ${end.status}`;
  if (end.fault !== undefined) return { ...place, word: end.fault, detail };
  if (records.complete) return { word: 'completed' };
  return { ...place, word: records.begun ? 'lab-died' : 'boot-failed', detail };
}
