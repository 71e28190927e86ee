import type { CollectedFile } from '../../../evidence/attempt/collected.ts';
import type { ConsoleCommand, ConsoleTranscript } from '../../../evidence/records/consoles.ts';
import type { Fault } from '../../../evidence/text/faults.ts';
import { signedLines } from '../../../evidence/text/line-signs.ts';
import type { Incident } from './incident.ts';

/** A line by which a program says that something is wrong with it. */
export interface FaultLine {
  readonly kind: Fault['kind'];
  readonly host: string;
  /** Of a log. */
  readonly file?: string;
  /** Of a console: the command that it came under, and when it did. */
  readonly command?: ConsoleCommand;
  readonly time?: bigint;
  /** Line in the file, or in the command's output, from 1. */
  readonly line: number;
  readonly text: string;
  readonly message: string;
}

/** A log with its bytes. */
export interface HostLog extends CollectedFile {
  readonly bytes: Uint8Array;
}

/** What is searched, and for what. */
export interface Searched {
  readonly logs: readonly HostLog[];
  readonly consoles: readonly ConsoleTranscript[];
  readonly faults: readonly Fault[];
}

/**
 * All lines of logs and consoles that report a fault. What a log holds and a console shows too is one: of the log, with the
 * console's time if a command of the daemon's own printed it, and not one that reads the log.
 */
export function faultLines({ logs, consoles, faults }: Searched): FaultLine[] {
  const shown = consoles.flatMap((console) => onConsole(console, faults));
  const known = new Map(shown.map((line) => [nameOf(line), line] as const).reverse());
  const logged = logs.flatMap((log) => inLog(log, faults)).map((line) => ({ ...timeIn(known, line), ...line }));
  const names = new Set(logged.map(nameOf));
  return [...logged, ...shown.filter((line) => !names.has(nameOf(line)))];
}

function nameOf({ kind, host, text }: FaultLine): string {
  return `${kind} ${host} ${text}`;
}

function inLog({ host, file, bytes }: HostLog, faults: readonly Fault[]): FaultLine[] {
  return faults.flatMap(({ kind, message, ...sign }) =>
    [...signedLines(bytes, sign)].map(({ line, text }) => ({ kind, host, file, line, text, message })),
  );
}

function onConsole({ host, commands }: ConsoleTranscript, faults: readonly Fault[]): FaultLine[] {
  return commands
    .filter(({ output }) => output.length > 0)
    .flatMap((command) =>
      faults.flatMap(({ kind, message, ...sign }) =>
        [...signedLines(command.output, sign)].map(({ line, text, at }) => ({
          kind,
          host,
          command,
          time: timeOf(command, at),
          line,
          text,
          message,
        })),
      ),
    );
}

/** When the byte at an offset of a command's output came. */
function timeOf({ pieces, begin }: ConsoleCommand, offset: number): bigint {
  let end = 0;
  for (const { time, bytes } of pieces) {
    end += bytes.length;
    if (offset < end) return time;
  }
  return begin;
}

function timeIn(known: ReadonlyMap<string, FaultLine>, line: FaultLine): Pick<FaultLine, 'time' | 'command'> {
  const { command, time } = known.get(nameOf(line)) ?? {};
  const base = line.file?.slice(line.file.lastIndexOf('/') + 1) ?? '';
  if (command === undefined || time === undefined || command.line.includes(base)) return {};
  return { command, time };
}

/** The same for people. */
export function incidentOfLine({ kind, host, file, command, time, line, text, message }: FaultLine): Incident {
  return {
    kind,
    host,
    ...(time !== undefined && { time }),
    ...(command !== undefined && { command: command.line }),
    ...(file !== undefined && { file, line }),
    message,
    excerpt: text,
    cause: text.replace(/0x[0-9a-f]+|\d+/g, 'N'),
  };
}
