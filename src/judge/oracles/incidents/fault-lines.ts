import type { CollectedFile } from '../../../evidence/attempt/collected.ts';
import type { ConsoleCommand, ConsoleTranscript } from '../../../evidence/records/consoles.ts';
import type { Fault } from '../../../evidence/text/faults.ts';
import { signedLines } from '../../../evidence/text/line-signs.ts';
import { causeOf, type Incident } from './incident.ts';

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
  const firsts = new Map(shown.toReversed().map((line) => [nameOf(line), line]));
  const logged = logs
    .flatMap((log) => inLog(log, faults))
    .map((line) => ({ ...saidAt(firsts.get(nameOf(line)), line), ...line }));
  const names = new Set(logged.map(nameOf));
  return [...logged, ...shown.filter((line) => !names.has(nameOf(line)))];
}

function nameOf({ kind, host, text }: FaultLine): string {
  return `${kind} ${host} ${text}`;
}

type LoggedLine = FaultLine & { readonly file: string };
type ShownLine = FaultLine & Required<Pick<FaultLine, 'command' | 'time'>>;

function inLog({ host, file, bytes }: HostLog, faults: readonly Fault[]): LoggedLine[] {
  return faults.flatMap(({ kind, message, ...sign }) =>
    [...signedLines(bytes, sign)].map(({ line, text }) => ({ kind, host, file, line, text, message })),
  );
}

function onConsole({ host, commands }: ConsoleTranscript, faults: readonly Fault[]): ShownLine[] {
  const places = commands.flatMap((command) => faults.map((fault) => ({ command, fault })));
  return places.flatMap(({ command, fault: { kind, message, ...sign } }) =>
    [...signedLines(command.output, sign)].map(({ line, text, at }) => {
      return { kind, host, command, time: timeOf(command, at), line, text, message };
    }),
  );
}

/** When the byte at an offset of a command's output came. */
function timeOf({ pieces, begin }: ConsoleCommand, offset: number): bigint {
  let end = 0;
  const piece = pieces.find(({ bytes }) => {
    end += bytes.length;
    return offset < end;
  });
  return piece?.time ?? begin;
}

/** When the daemon said what its log holds; nothing is known of it from a command that reads the log. */
function saidAt(shown: ShownLine | undefined, { file }: LoggedLine): Pick<FaultLine, 'time' | 'command'> {
  const base = file.slice(file.lastIndexOf('/') + 1);
  return shown === undefined || shown.command.line.includes(base) ? {} : { command: shown.command, time: shown.time };
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
    cause: causeOf(text),
  };
}
