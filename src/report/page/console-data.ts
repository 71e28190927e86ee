import { postMortemStep } from '../../evidence/records/consoles.ts';
import type { RecordFile } from '../../evidence/records/reader.ts';
import { type LabRecord, labHost, recordType } from '../../evidence/records/record.ts';
import { consoleLine, Style } from './ansi.ts';
import type { PageClock } from './clock.ts';
import type { CommandData, ConsoleData, ConsoleLine } from './data.ts';

/** What a command without a terminal wrote to standard error follows behind this (docs/run-format.md, strongswan). */
const errorMark = '\u001c';

/** A console that never stops talking must not make a page that no browser opens. */
const linesPerHost = 40_000;

/** Collects the lines of one console with the time at which each was complete. */
class ConsoleReader {
  readonly host: string;
  readonly #clock: PageClock;
  readonly #commands: CommandData[] = [];
  readonly #decoder = new TextDecoder();
  #style = new Style();
  #open: Pick<CommandData, 'line' | 't' | 'after'> | undefined;
  #lines: ConsoleLine[] = [];
  #rest = '';
  #count = 0;
  #left = 0;

  constructor(host: string, clock: PageClock) {
    this.host = host;
    this.#clock = clock;
  }

  take({ type, time, payload }: LabRecord): void {
    const t = this.#clock.at(time);
    if (type === recordType.output) this.#output(this.#decoder.decode(payload, { stream: true }), t);
    if (payload.length < 4) return;
    const number = new DataView(payload.buffer, payload.byteOffset, 4).getInt32(0, true);
    if (type === recordType.commandEnd) this.#close({ until: t, status: number });
    if (type !== recordType.commandBegin) return;
    this.#close({});
    const line = consoleLine(new TextDecoder().decode(payload.subarray(4)).replaceAll('\n', '⏎')).text;
    this.#open = { line, t, ...(number >>> 0 === postMortemStep && { after: true }) };
    this.#style = new Style();
  }

  end(): ConsoleData['commands'] {
    this.#close({});
    if (this.#lines.length > 0) this.#commands.push({ line: '', t: this.#lines[0]?.t ?? 0, output: this.#lines });
    return this.#commands;
  }

  #output(text: string, t: number): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line, t);
  }

  #line(raw: string, t: number): void {
    this.#count += 1;
    if (this.#count > linesPerHost) this.#left += 1;
    else this.#lines.push({ ...consoleLine(raw.replace(errorMark, 'stderr: '), this.#style), t });
  }

  #close(end: Pick<CommandData, 'until' | 'status'>): void {
    if (this.#rest !== '') this.#line(this.#rest, end.until ?? this.#open?.t ?? 0);
    this.#rest = '';
    if (this.#open === undefined) return;
    if (this.#left > 0) this.#lines.push({ text: `… ${this.#left} more lines are in the raw transcript` });
    this.#left = 0;
    this.#commands.push({ ...this.#open, ...end, output: this.#lines });
    this.#open = undefined;
    this.#lines = [];
  }
}

/** Every host's console by command, each line with the time at which it was complete. */
export function consolesOf(file: RecordFile, clock: PageClock): Omit<ConsoleData, 'diff'>[] {
  const readers = file.hosts.map((host) => new ConsoleReader(host, clock));
  for (const record of file.records) if (record.host !== labHost) readers[record.host]?.take(record);
  return readers.map((reader) => ({ host: reader.host, commands: reader.end() }));
}
