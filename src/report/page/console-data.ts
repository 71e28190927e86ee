import { repeatsIn } from '../../base/repeats.ts';
import type { ConsoleCommand, ConsoleTranscript, OutputPiece } from '../../evidence/records/consoles.ts';
import { consoleLine, Style } from './ansi.ts';
import type { PageClock } from './clock.ts';
import type { CommandData, ConsoleData, ConsoleLine } from './data.ts';

/** What a command without a terminal wrote to standard error follows behind this (docs/run-format.md, strongswan). */
const errorMark = '\u001c';

/** A console that never stops talking must not make a page that no browser opens. */
const linesPerHost = 40_000;

/** Lays the commands of one console out in lines, each with the time at which it was complete. */
class ConsoleLines {
  readonly #clock: PageClock;
  /** Lines that may still be shown. */
  #free = linesPerHost;

  constructor(clock: PageClock) {
    this.#clock = clock;
  }

  command({ step, line, begin, end, status, pieces }: ConsoleCommand): CommandData {
    return {
      line: consoleLine(line.replaceAll('\n', '⏎')).text,
      t: this.#clock.at(begin),
      ...(step === undefined && { after: true }),
      ...(end !== undefined && { until: this.#clock.at(end) }),
      ...(status !== undefined && { status }),
      output: this.lines(pieces, end),
    };
  }

  /** `end`: when the last line was complete, if it has no newline. */
  lines(pieces: readonly OutputPiece[], end?: bigint): ConsoleLine[] {
    const decoder = new TextDecoder();
    const style = new Style();
    const found: ConsoleLine[] = [];
    let left = 0;
    let rest = '';
    const put = (raw: string, t: number): void => {
      if (this.#free === 0) left += 1;
      else {
        this.#free -= 1;
        found.push({ ...consoleLine(raw.replace(errorMark, 'stderr: '), style), t });
      }
    };
    for (const { time, bytes } of pieces) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) put(line, this.#clock.at(time));
    }
    rest += decoder.decode();
    const last = end ?? pieces.at(-1)?.time;
    if (rest !== '' && last !== undefined) put(rest, this.#clock.at(last));
    if (left > 0) found.push({ text: `… ${left} more lines are in the raw transcript` });
    return found;
  }
}

/** What is asked again and again until a check holds is shown once, and as it was at last. */
function foldedPolls(polls: readonly ConsoleCommand[], lines: ConsoleLines): CommandData[] {
  const [first, second, ...others] = polls;
  const last = others.at(-1);
  if (first === undefined || second === undefined || last === undefined) return polls.map((one) => lines.command(one));
  const between = { ...second, line: `… the same ${polls.length - 2} times more`, pieces: [], status: 0 };
  return [lines.command(first), lines.command(between), lines.command(last)];
}

/** Every host's console by command. `isLook`: whether a step only reads something of the lab. */
export function consolesOf(
  transcripts: readonly ConsoleTranscript[],
  clock: PageClock,
  isLook: (step: number) => boolean,
): Omit<ConsoleData, 'diff'>[] {
  return transcripts.map(({ host, commands, rest }) => {
    const lines = new ConsoleLines(clock);
    const isPoll = (one: ConsoleCommand, next: ConsoleCommand): boolean =>
      one.line === next.line && [one, next].every(({ step }) => step !== undefined && isLook(step));
    const shown = repeatsIn(commands, isPoll).flatMap((polls) => foldedPolls(polls, lines));
    const unclaimed = lines.lines(rest);
    if (unclaimed.length > 0) shown.push({ line: '', t: unclaimed[0]?.t ?? 0, output: unclaimed });
    return { host, commands: shown };
  });
}
