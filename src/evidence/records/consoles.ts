import type { RecordFile } from './reader.ts';
import { type LabRecord, labHost, recordType } from './record.ts';
import { concat } from './writer.ts';

/** Step index that the guest gives to the post-mortem command. */
export const postMortemStep = 0xffffffff;

/** One command as it went over a console. */
export interface ConsoleCommand {
  /** Index into the plan's steps; `undefined` for the post-mortem. */
  readonly step?: number;
  readonly line: string;
  /** Virtual ns since 1970. */
  readonly begin: bigint;
  /** `undefined`: it never ended. */
  readonly end?: bigint;
  readonly status?: number;
  readonly cwd?: string;
  /** What the terminal received since the prompt before it; late words of background jobs included. */
  readonly output: Uint8Array;
}

/** All that went over one host's console, in order. */
export interface ConsoleTranscript {
  readonly host: string;
  readonly commands: readonly ConsoleCommand[];
  /** Bytes after the last prompt, which no command claimed. */
  readonly rest: Uint8Array;
}

interface OpenConsole {
  readonly host: string;
  readonly commands: ConsoleCommand[];
  command: Omit<ConsoleCommand, 'output'> | undefined;
  output: Uint8Array[];
}

/** Sorts the frames of a lab by console and command. Frames that fit nowhere are passed over. */
export function consoles(file: RecordFile): ConsoleTranscript[] {
  const open = file.hosts.map((host): OpenConsole => ({ host, commands: [], command: undefined, output: [] }));
  for (const record of file.records) {
    const console = record.host === labHost ? undefined : open[record.host];
    if (console !== undefined) take(console, record);
  }
  return open.map((console) => {
    if (console.command !== undefined) close(console, {});
    return { host: console.host, commands: console.commands, rest: concat(console.output) };
  });
}

function take(console: OpenConsole, record: LabRecord): void {
  if (record.type === recordType.output) console.output.push(record.payload);
  else if (record.type === recordType.commandBegin && record.payload.length >= 4) {
    if (console.command !== undefined) close(console, {});
    const { number, text } = numbered(record.payload);
    const step = number >>> 0;
    console.command = { ...(step !== postMortemStep && { step }), line: text, begin: record.time };
  } else if (record.type === recordType.commandEnd && record.payload.length >= 4) {
    const { number, text } = numbered(record.payload);
    close(console, { end: record.time, status: number, cwd: text });
  }
}

function close(console: OpenConsole, end: Pick<ConsoleCommand, 'end' | 'status' | 'cwd'>): void {
  if (console.command === undefined) return;
  console.commands.push({ ...console.command, ...end, output: concat(console.output) });
  console.command = undefined;
  console.output = [];
}

function numbered(payload: Uint8Array): { number: number; text: string } {
  const number = new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getInt32(0, true);
  return { number, text: new TextDecoder().decode(payload.subarray(4)) };
}
