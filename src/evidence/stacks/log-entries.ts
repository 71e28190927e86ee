/** One entry of a log that a userspace stack wrote. */
export interface LogEntry {
  /** Virtual nanoseconds since 1970, cut to the precision of the log: milliseconds at the coarsest. */
  readonly time: bigint;
  /** Entries of one thread follow each other as they were made. */
  readonly thread: string;
  /** Subsystem: `ESP`, `CHD`, `ENC`, `DMN`. */
  readonly group: string;
  readonly text: string;
  /** Where the entry is a dump of octets: all of them. Undefined: there are none, or some are missing. */
  readonly octets?: Uint8Array;
}

const entryLine = /^(\d{1,12})\.(\d{3,9}) (\d\d)\[([A-Z]{3})\] (.*)$/;
/** `encryption initiator key => 32 bytes @ 0x64012cb0`. */
const dumpHead = /^(.*) => (\d{1,5}) bytes @ 0x[0-9a-f]+$/;
/** `   16: AB 66 39 18 3B 85 C6 FB 00 38 9F 0C 5A AB 85 F8  .f9.;....8..Z...`: 16 octets a line. */
const dumpLine = /^ +\d+: ((?:[0-9A-F]{2} ){1,16})/;

/**
 * The entries of a log with lines `SECONDS.FRACTION THREAD[GROUP] TEXT` (strongSwan's file logger, `time_format = %s`). Lines of
 * other forms, and a last line without its end, are passed over.
 */
export function logEntries(text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  const lines = text.split('\n').slice(0, -1);
  for (let at = 0; at < lines.length; at += 1) {
    const entry = entryOf(lines[at] as string);
    if (entry === undefined) continue;
    const head = dumpHead.exec(entry.text);
    if (head === null) {
      entries.push(entry);
      continue;
    }
    const [, name = '', length = ''] = head;
    const octets = octetsAfter(lines, at);
    entries.push({ ...entry, text: name.trimEnd(), ...(octets.length === Number(length) && { octets }) });
  }
  return entries;
}

function entryOf(line: string): LogEntry | undefined {
  const match = entryLine.exec(line);
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', thread = '', group = '', text = ''] = match;
  return { time: BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')), thread, group, text };
}

/** The octets of a dump whose head stands at a place; a dump is written in one go. */
function octetsAfter(lines: readonly string[], head: number): Uint8Array {
  const octets: number[] = [];
  for (let at = head + 1; at < lines.length; at += 1) {
    const digits = dumpLine.exec(entryOf(lines[at] as string)?.text ?? '')?.[1];
    if (digits === undefined) break;
    octets.push(
      ...digits
        .trim()
        .split(' ')
        .map((pair) => Number.parseInt(pair, 16)),
    );
  }
  return Uint8Array.from(octets);
}
