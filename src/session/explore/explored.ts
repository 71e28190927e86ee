import type { Verdict } from '../../model/verdict.ts';
import type { ExploredMessage } from '../../results/explore/messages.ts';
import type { Plan } from '../../results/explore/plans.ts';

/** What came of one lab. */
export interface Explored {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** All IKE messages that were sent in it. */
  readonly messages: readonly ExploredMessage[];
  /** Tunnels that could not be asked for traffic, since one end at most had their Child SA. */
  readonly absent: readonly string[];
  /** How many of the plan's faults met their message and happened. */
  readonly acted: number;
  /** The lab went on long enough behind the last of them to be judged. */
  readonly judged: boolean;
}
