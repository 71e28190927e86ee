import { secondsText } from '../../base/text.ts';
import { commandAt, type FactEvidence, type SeenFrame } from '../../evidence/evidence.ts';
import { describePacket } from '../../evidence/packet/describe.ts';
import type { Gap } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';

/** A frame of which nothing can be said, because a host's events of then are lost. */
export interface Unjudged {
  readonly host: string;
  readonly frame: SeenFrame;
}

/** What it costs that events of the kernel are lost. */
export interface LostEvents {
  /** One for each gap in which something cannot be judged. */
  readonly issues: readonly Issue[];
  /** All gaps, in words. */
  readonly texts: readonly string[];
}

/** `unjudged`: in the order of time. */
export function lostEvents({ timeline, commands }: FactEvidence, unjudged: readonly Unjudged[]): LostEvents {
  const issues: Issue[] = [];
  const texts: string[] = [];
  for (const { host, gaps } of timeline.hosts) {
    const own = unjudged.filter((one) => one.host === host);
    for (const gap of gaps) {
      const [first, ...more] = own.filter(({ frame }) => gapOf(frame, gaps) === gap).map(({ frame }) => frame);
      const length = secondsText(Number(gap.to.time - gap.from.time) / 1e6);
      if (first === undefined) {
        texts.push(`${host} ${length}: no packet sent then depends on them`);
        continue;
      }
      const packets = more.length === 0 ? 'a packet' : `${more.length + 1} packets`;
      const cost = `${packets} sent then cannot be judged`;
      texts.push(`${host} ${length}: ${cost}`);
      const command = commandAt(commands, first.time)?.line;
      const place = { host, file: first.file, packet: first.number, ...(command !== undefined && { command }) };
      const message = `events of SAs and policies are lost for ${length}, and ${cost}; the first: ${describePacket(first.packet)}`;
      issues.push(issueOf('events-lost', { ...place, message }));
    }
  }
  return { issues, texts };
}

/** The gap that a frame falls into, or comes behind. */
function gapOf({ time }: SeenFrame, gaps: readonly Gap[]): Gap | undefined {
  return gaps.findLast(({ from }) => from.time <= time) ?? gaps[0];
}
