import type { TypedCommand } from '../../../evidence/evidence.ts';
import { kernelFaults } from '../../../evidence/text/kernel-faults.ts';
import { causeOf, type Incident } from './incident.ts';

/** What a kernel log is read with. */
export interface KernelLog {
  readonly bytes: Uint8Array;
  /** When its time was 0, virtual nanoseconds since 1970; undefined: not recorded. */
  readonly start: bigint | undefined;
  /** In the order of their begin. */
  readonly commands: readonly TypedCommand[];
}

type Moment = Pick<Incident, 'host' | 'time' | 'command'>;

const file = 'kernel.log';

/** Virtual nanoseconds by which a line may be later than it says: in labs the log's clock goes on by ticks of 100 Hz. */
const tick = 10_000_000n;

/** What the kernel reports, with the command at hand and its host; without the kernel's start just the line. */
export function kernelReports({ bytes, start, commands }: KernelLog): Incident[] {
  return kernelFaults(bytes).map(({ line, text, stamp, following }) => ({
    kind: 'kernel-fault' as const,
    ...(start !== undefined && stamp !== undefined && momentOf(start, stamp, commands)),
    file,
    line,
    message: `the kernel reports: ${text}`,
    excerpt: [text, ...following].join('\n').trimEnd(),
    cause: causeOf(text),
  }));
}

/** A line that came in the tick in which commands were typed is taken to have come behind the last of them. */
function momentOf(start: bigint, stamp: bigint, commands: readonly TypedCommand[]): Moment {
  const time = start + stamp;
  const latest = stamp % tick === 0n ? time + tick - 1n : time;
  const typed = commands.findLast(({ begin }) => begin <= latest);
  if (typed === undefined) return { time };
  const { host, line: command, begin } = typed;
  const isBehind = begin > time;
  return { host, command, time: isBehind ? begin : time };
}
