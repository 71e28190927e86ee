import { decode } from './decode.ts';
import type { RecordFile } from './reader.ts';
import { type LabRecord, labHost } from './record.ts';
import { concat } from './writer.ts';

/** Bytes that a terminal received at one moment. */
export interface OutputPiece {
  /** Virtual ns since 1970. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

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
  readonly pieces: readonly OutputPiece[];
  /** The same as one. */
  readonly output: Uint8Array;
}

/** All that went over one host's console, in order. */
export interface ConsoleTranscript {
  readonly host: string;
  readonly commands: readonly ConsoleCommand[];
  /** What came after the last prompt, which no command claimed. */
  readonly rest: readonly OutputPiece[];
}

/** Puts the commands of one console together, from the records of its host as they come. */
export class ConsoleAssembler {
  #command: Pick<ConsoleCommand, 'step' | 'line' | 'begin'> | undefined;
  #pieces: OutputPiece[] = [];

  /** Takes the next record of the host. Returns the command that it ends, or that is left behind unfinished. */
  take(record: LabRecord): ConsoleCommand | undefined {
    const { time } = record;
    const said = decode(record);
    if (said.type === 'output') this.#pieces.push({ time, bytes: said.bytes });
    if (said.type === 'commandEnd') return this.#close({ end: time, status: said.status, cwd: said.cwd });
    if (said.type !== 'commandBegin') return undefined;
    const left = this.#close({});
    const { step, line } = said;
    this.#command = { ...(step !== undefined && { step }), line, begin: time };
    return left;
  }

  /** After the last record: the command that has not ended, and what no command claims. */
  finish(): { readonly open: ConsoleCommand | undefined; readonly rest: readonly OutputPiece[] } {
    const open = this.#close({});
    return { open, rest: this.#pieces };
  }

  #close(end: Pick<ConsoleCommand, 'end' | 'status' | 'cwd'>): ConsoleCommand | undefined {
    if (this.#command === undefined) return undefined;
    const pieces = this.#pieces;
    const closed = { ...this.#command, ...end, pieces, output: joined(pieces) };
    this.#command = undefined;
    this.#pieces = [];
    return closed;
  }
}

function joined(pieces: readonly OutputPiece[]): Uint8Array {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first.bytes : concat(pieces.map(({ bytes }) => bytes));
}

/** Sorts the frames of a lab by console and command. Frames that fit nowhere are passed over. */
export function consoles({ hosts, records }: Pick<RecordFile, 'hosts' | 'records'>): ConsoleTranscript[] {
  const all = hosts.map((host) => ({ host, assembler: new ConsoleAssembler(), commands: [] as ConsoleCommand[] }));
  for (const record of records) {
    const console = record.host === labHost ? undefined : all[record.host];
    const command = console?.assembler.take(record);
    if (command !== undefined) console?.commands.push(command);
  }
  return all.map(({ host, assembler, commands }) => {
    const { open, rest } = assembler.finish();
    if (open !== undefined) commands.push(open);
    return { host, commands, rest };
  });
}
