import { commandAt, type FactEvidence, type SeenFrame } from '../../evidence/evidence.ts';
import { describePacket } from '../../evidence/packet/describe.ts';
import { isKnown } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { LeakKind } from '../../model/observed.ts';
import type { Issue } from '../../model/verdict.ts';
import type { Choices } from './choice.ts';
import { forbidding, questionOf, type Rule } from './clear-rules.ts';
import { type Hole, holeAt } from './holes.ts';
import { type DaemonPorts, daemonPorts, exemptionOf, sasUntil } from './in-clear.ts';
import type { Unjudged } from './lost-events.ts';
import { hostsByName } from './wire-place.ts';
import { policyText } from './words-of-facts.ts';

/** A frame that went over a link in clear, and must not have. */
export interface Leak {
  readonly kind: LeakKind;
  readonly frame: SeenFrame;
}

/** What was found among the frames in clear. */
export interface ClearFindings {
  readonly leaks: readonly (Leak & { readonly issue: Issue })[];
  readonly unjudged: readonly Unjudged[];
}

/**
 * Cleartext on a link that the sender's own policy of that moment wants protected or forbids. Who is asked is the
 * host that put the frame on the link, so what a gateway has decrypted and passes on is none.
 */
export function judgeClear(evidence: FactEvidence, choices: Choices): ClearFindings {
  const { timeline, frames, commands } = evidence;
  const hosts = hostsByName(evidence);
  const ports = daemonPorts(sasUntil(timeline));
  const unjudged: Unjudged[] = [];
  const leaks = frames.flatMap((frame) => {
    const host = hosts.get(frame.sender);
    const rule = host && violated(host, frame, { ports, choices, commands });
    if (!rule) return [];
    if (rule === 'unknown') {
      unjudged.push({ host: host.host, frame });
      return [];
    }
    const { file, number, time } = frame;
    const command = commandAt(commands, time)?.line;
    const place = { host: host.host, file, packet: number, ...(command !== undefined && { command }) };
    const issue = issueOf('cleartext', { ...place, ...wordsOf(frame, rule) });
    return [{ kind: 'cleartext' as const, frame, issue }];
  });
  return { leaks, unjudged };
}

/** What frames are judged with. */
interface Judging {
  readonly ports: DaemonPorts;
  readonly choices: Choices;
  readonly commands: FactEvidence['commands'];
}

/** What a frame in clear violates: a rule that stood, or one that was away for a while. */
type Violated = Rule | Hole;

/** The rule that a frame in clear violates at all moments of its choice; `unknown`: that depends on what is lost. */
function violated(
  host: HostTimeline,
  frame: SeenFrame,
  { ports, choices, commands }: Judging,
): Violated | 'unknown' | undefined {
  const { ip } = frame.packet.dissected;
  if (ip === undefined || exemptionOf(ip, ports) !== undefined) return undefined;
  const question = questionOf(ip, frame.ifindex);
  let told: Violated | undefined;
  let known = true;
  for (const moment of choices.moments(host, frame)) {
    if (!isKnown(host, moment)) {
      known = false;
      continue;
    }
    const rule = forbidding(host, moment, question) ?? holeAt(host, moment, { question, commands });
    if (rule === undefined) return undefined;
    told ??= rule;
  }
  return known ? told : 'unknown';
}

function wordsOf({ packet }: SeenFrame, rule: Violated): Pick<Issue, 'message' | 'excerpt'> {
  const what = `${describePacket(packet)} went in clear, and `;
  if (typeof rule === 'object' && 'away' in rule) {
    const away = `${Number(rule.away) / 1e6} ms`;
    return {
      message: `${what}a policy that wants it protected was removed and added again, ${away} later`,
      excerpt: policyText(rule.policy),
    };
  }
  if (rule === 'no-policy') {
    return { message: `${what}its sender forbids what no policy allows`, excerpt: 'default action of out: block' };
  }
  const wish = rule.action === 'block' ? 'forbids' : 'wants protected';
  return { message: `${what}a policy of its sender ${wish} it`, excerpt: policyText(rule) };
}
