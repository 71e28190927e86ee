import { EspalierError } from '../../base/errors.ts';
import type { ExploredMessage } from '../../results/explore/messages.ts';
import {
  type Fault,
  type FaultKind,
  faultsOf,
  type Plan,
  pairsBehind,
  planText,
  rankOf,
} from '../../results/explore/plans.ts';
import { violationOf } from '../../results/explore/violation.ts';
import { coverageLines } from './coverage.ts';
import type { Explored } from './explored.ts';

/** A distinct failure, with the shortest plan that was found for it. */
export interface Failure {
  readonly violation: string;
  readonly shortest: Explored;
  /** How many plans ended in it. */
  readonly plans: number;
  /** The same plan and seed once more gave the same. */
  readonly repeats: boolean;
}

export interface Tried {
  readonly possible: number;
  readonly tried: number;
}

/** What a search came to. */
export interface Exploration {
  readonly messages: readonly ExploredMessage[];
  readonly kinds: readonly FaultKind[];
  /** Labs of single faults. */
  readonly alone: readonly Explored[];
  readonly labs: number;
  readonly singles: Tried;
  /** Pairs of the singles that were tried. */
  readonly pairs: Tried;
  /** Plans of which a fault met no message or did not happen before the end. They show nothing. */
  readonly idle: number;
  /** Plans whose last fault came so close to the end that nothing judged what it does. They show nothing either. */
  readonly late: number;
  readonly failures: readonly Failure[];
  /** Labs that say nothing: the harness, or a mistake of the scenario. */
  readonly unresolved: readonly Explored[];
}

/** How a search goes. */
export interface Search {
  /** Makes one lab and judges it. */
  readonly run: (plan: Plan) => Promise<Explored>;
  readonly kinds: readonly FaultKind[];
  readonly pairs: boolean;
  /** Labs at once. */
  readonly slots: number;
  /** No lab is begun once it returns true. */
  readonly over: () => boolean;
  readonly progress?: (done: number, of: number) => void;
}

/**
 * Tries all single faults of a scenario's messages, most suspicious first, and then pairs. Raises `scenario` where it does not pass without
 * a fault.
 */
export async function explore(search: Search): Promise<Exploration> {
  const free = await search.run([]);
  if (free.verdict.word !== 'passed') {
    const why = free.verdict.issues[0]?.message ?? '';
    throw new EspalierError('scenario', `without a fault it is ${free.verdict.word}${why && `: ${why}`}`, {
      remedy: 'explore starts from a test that passes',
    });
  }
  const singles = faultsOf(free.messages, search.kinds).map((fault): Plan => [fault]);
  const alone = await tried(search, singles);
  const pairs = search.pairs ? pairsOf(alone, search.kinds) : [];
  const together = await tried(search, pairs);
  const all = [...alone, ...together];
  const failures = await failuresOf(all, search);
  const survived = all.filter(({ verdict }) => violationOf(verdict) === undefined && verdict.word !== 'unresolved');
  return {
    messages: free.messages,
    kinds: search.kinds,
    alone,
    labs: 1 + all.length + failures.length,
    singles: { possible: singles.length, tried: alone.length },
    pairs: { possible: pairs.length, tried: together.length },
    idle: survived.filter(({ acted, plan }) => acted < plan.length).length,
    late: survived.filter(({ acted, plan, judged }) => acted === plan.length && !judged).length,
    failures,
    unresolved: all.filter(({ verdict }) => verdict.word === 'unresolved'),
  };
}

/** Runs plans in their order, several at once, until the time is over. */
async function tried({ run, slots, over, progress }: Search, plans: readonly Plan[]): Promise<Explored[]> {
  const done: (Explored | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < plans.length && !over()) {
      const at = next++;
      done[at] = await run(plans[at] as Plan);
      progress?.(done.filter((one) => one !== undefined).length, plans.length);
    }
  };
  await Promise.all(Array.from({ length: slots }, work));
  return done.filter((one) => one !== undefined);
}

/** Behind each single fault that broke nothing, since a longer plan than one that breaks something says no more. */
function pairsOf(alone: readonly Explored[], kinds: readonly FaultKind[]): Plan[] {
  const sound = alone.filter(({ verdict, acted }) => violationOf(verdict) === undefined && acted > 0);
  const weight = (plan: Plan): number => plan.reduce((sum, fault) => sum + rankOf(fault), 0);
  const pairs = sound.flatMap(({ plan, messages }) => pairsBehind(plan[0] as Fault, messages, kinds));
  return pairs.sort((a, b) => weight(a) - weight(b));
}

/** Failures by what they violate. Each one's shortest plan is made shorter where that is possible, and tried again. */
async function failuresOf(all: readonly Explored[], search: Search): Promise<Failure[]> {
  const groups = Map.groupBy(all, ({ verdict }) => violationOf(verdict));
  const failures: Failure[] = [];
  for (const [violation, members] of groups) {
    const [first] = members;
    if (violation === undefined || first === undefined) continue;
    const found = members.reduce((best, one) => (one.plan.length < best.plan.length ? one : best), first);
    const shortest = await shorter(found, violation, search.run);
    const again = await search.run(shortest.plan);
    failures.push({ violation, shortest, plans: members.length, repeats: violationOf(again.verdict) === violation });
  }
  return failures;
}

/** A plan with one fault less that violates the same, as long as there is one. */
async function shorter(found: Explored, violation: string, run: Search['run']): Promise<Explored> {
  if (found.plan.length < 2) return found;
  for (const left of found.plan) {
    const without = await run(found.plan.filter((fault) => fault !== left));
    if (violationOf(without.verdict) === violation) return shorter(without, violation, run);
  }
  return found;
}

/** Issues that are shown of a failure. */
const shown = 5;

/** The exploration for people: what was tried, and what was found. */
export function explorationLines(found: Exploration): string[] {
  const { messages, labs, singles, pairs, idle, late, failures, unresolved } = found;
  const count = ({ tried: done, possible }: Tried): string => `${done} of ${possible}`;
  return [
    `messages: ${messages.length}, labs: ${labs}`,
    `single faults tried: ${count(singles)}; pairs: ${count(pairs)}`,
    `plans that show nothing: ${unresolved.length + idle + late} (unresolved: ${unresolved.length}; a fault met no message: ${idle}; the lab ended within 60 s of it: ${late})`,
    '',
    ...coverageLines({ ...found, failures: failures.map(({ violation }) => violation) }),
    '',
    ...unresolved.map(({ plan, verdict }) => `unresolved: ${planText(plan)}: ${verdict.issues[0]?.message ?? ''}`),
    `distinct failures: ${failures.length}`,
    ...failures.flatMap(({ shortest: { plan, verdict }, plans, repeats }, at) => [
      '',
      `${at + 1}) ${verdict.word}: ${planText(plan)}`,
      ...verdict.issues
        .slice(0, shown)
        .map(({ kind, host, message }) => `   ${kind}: ${host === undefined ? '' : `${host}: `}${message}`),
      `   plans that end so: ${plans}${repeats ? '' : '; the same plan did not do so again'}`,
    ]),
  ];
}
