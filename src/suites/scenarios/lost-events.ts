import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { isKnown } from '../../evidence/tables/tables.ts';
import type { Check, Matcher } from '../../model/checks.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';

/** Conditions on a host's tables, which a scenario follows by events from one dump to the next. */
const ofTables: ReadonlySet<Matcher> = new Set<Matcher>(['toHaveSa', 'toHavePolicy', 'toHaveIpsecSas', 'traffic']);

/** Conditions on the tables of more hosts than the one that was asked. */
const ofAllTables: ReadonlySet<Matcher> = new Set<Matcher>(['traffic']);

/** What at least one event says was seen, whatever else is lost; acquires come from a file of the host's. */
const untouched = /^an event |\bevent acquire\b/;

/** Checks that may have come to another end if no event of SAs and policies were lost. */
export function checksWithoutEvents(
  checks: readonly Check[],
  { losses, timeline }: Pick<Attempt, 'losses' | 'timeline'>,
): Issue[] {
  const isLost = ({ matcher, host, expected, time }: Check): boolean => {
    const at = BigInt(time);
    if (matcher === 'toSeeXfrm') {
      const before = losses.some((loss) => loss.what === 'xfrm-events' && loss.host === host && loss.time <= at);
      return before && !untouched.test(expected);
    }
    const isMeant = (name: string): boolean => name === host || ofAllTables.has(matcher);
    return ofTables.has(matcher) && timeline.hosts.some((one) => isMeant(one.host) && !isKnown(one, at));
  };
  return checks.filter(isLost).map(({ host, origin, expected }) => {
    const message = `events of SAs and policies are lost, and with them what decides this: ${expected}`;
    return issueOf('events-lost', { host, file: origin.file, line: origin.line, message });
  });
}
