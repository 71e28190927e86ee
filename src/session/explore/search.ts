import { EspalierError } from '../../base/errors.ts';
import type { ExploredMessage } from '../../results/explore/messages.ts';
import {
  type Fault,
  type FaultKind,
  faultsOf,
  isSame,
  type Plan,
  pairRank,
  pairsBehind,
} from '../../results/explore/plans.ts';
import { violationOf } from '../../results/explore/violation.ts';
import type { Explored } from './explored.ts';

/** A distinct failure, with the shortest plan that was found for it. */
export interface Failure {
  readonly violation: string;
  readonly shortest: Explored;
  /** All plans that ended in it, in the order in which they were tried. */
  readonly plans: readonly Plan[];
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
  /** Whether labs went on behind their end, and their tunnels were asked for traffic; `broken`: they did not, since without a fault this is what fails then. */
  readonly traffic: boolean | { readonly broken: string };
  /** Tunnels that without a fault nobody could ask. */
  readonly absent: readonly string[];
  readonly labs: number;
  readonly singles: Tried;
  /** Pairs of the singles that were tried and broke nothing; `undefined`: none were asked for. */
  readonly pairs: Tried | undefined;
  /** Plans of which each fault happened and was judged. */
  readonly shown: number;
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
  /** Makes one lab and judges it; `traffic`: it goes on behind its end, and tunnels have to carry traffic then. */
  readonly run: (plan: Plan, traffic: boolean) => Promise<Explored>;
  /** Labs of the scenario can go on behind its end. */
  readonly traffic: boolean;
  readonly kinds: readonly FaultKind[];
  readonly pairs: boolean;
  /** Labs at once. */
  readonly slots: number;
  /** Called when the lab without a fault is over, behind all that is built for it. */
  readonly begin: () => void;
  /** No lab is begun once it returns true. */
  readonly over: () => boolean;
  readonly progress?: (done: number, of: number) => void;
}

/**
 * Tries all single faults of a scenario's messages, most suspicious first, and then pairs. Raises `scenario` where it does not pass without
 * a fault.
 */
export async function explore(search: Search): Promise<Exploration> {
  let labs = 0;
  let traffic = search.traffic;
  const run = (plan: Plan): Promise<Explored> => {
    labs += 1;
    return search.run(plan, traffic);
  };
  let free = await run([]);
  const broken = traffic && free.verdict.word !== 'passed' ? messageOf(free) : undefined;
  if (broken !== undefined) {
    traffic = false;
    free = await run([]);
  }
  if (free.verdict.word !== 'passed') {
    const why = messageOf(free);
    throw new EspalierError('scenario', `without a fault it is ${free.verdict.word}${why && `: ${why}`}`, {
      remedy: 'explore starts from a test that passes',
    });
  }
  search.begin();
  const singles = faultsOf(free.messages, search.kinds).map((fault): Plan => [fault]);
  const alone = await tried({ ...search, run }, singles);
  const pairs = search.pairs ? pairsOf(alone, search.kinds) : [];
  const together = await tried({ ...search, run }, pairs);
  const all = [...alone, ...together];
  const failures = await failuresOf(all, run);
  const survived = all.filter(({ verdict }) => violationOf(verdict) === undefined && verdict.word !== 'unresolved');
  const idle = survived.filter(({ acted, plan }) => acted < plan.length).length;
  const late = survived.filter(({ acted, plan, judged }) => acted === plan.length && !judged).length;
  return {
    messages: free.messages,
    kinds: search.kinds,
    alone,
    traffic: broken === undefined ? traffic : { broken },
    absent: free.absent,
    labs,
    singles: { possible: singles.length, tried: alone.length },
    pairs: search.pairs ? { possible: pairs.length, tried: together.length } : undefined,
    shown: survived.length - idle - late,
    idle,
    late,
    failures,
    unresolved: all.filter(({ verdict }) => verdict.word === 'unresolved'),
  };
}

function messageOf({ verdict: { issues } }: Explored): string {
  return issues[0]?.message ?? '';
}

type Run = (plan: Plan) => Promise<Explored>;
type Trying = Omit<Search, 'run'> & { readonly run: Run };

/** Runs plans in their order, several at once, until the time is over. */
async function tried({ run, slots, over, progress }: Trying, plans: readonly Plan[]): Promise<Explored[]> {
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

/**
 * Pairs of faults of which neither alone broke anything, since a longer plan than one that breaks something says no more. What breaks the first copy of a message
 * breaks a retransmission.
 */
function pairsOf(alone: readonly Explored[], kinds: readonly FaultKind[]): Plan[] {
  const breaking = alone
    .filter(({ verdict }) => violationOf(verdict) !== undefined)
    .flatMap(({ plan: [fault] }) => fault ?? []);
  const breaks = (fault: Fault): boolean =>
    breaking.some(({ kind, message }) => kind === fault.kind && isSame(message, fault.message));
  const sound = alone.filter(({ verdict, acted }) => violationOf(verdict) === undefined && acted > 0);
  return sound
    .flatMap(({ plan: [first], messages }) => {
      const pairs = first === undefined ? [] : pairsBehind(first, messages, kinds);
      return pairs
        .filter(([, second]) => second !== undefined && !breaks(second))
        .map((plan) => ({ plan, rank: pairRank(plan, messages) }));
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ plan }) => plan);
}

/** Failures by what they violate. Each one's shortest plan is made shorter where that is possible, and tried again. */
async function failuresOf(all: readonly Explored[], run: Run): Promise<Failure[]> {
  const groups = Map.groupBy(all, ({ verdict }) => violationOf(verdict));
  const failures: Failure[] = [];
  for (const [violation, members] of groups) {
    const [first] = members;
    if (violation === undefined || first === undefined) continue;
    const found = members.reduce((best, one) => (one.plan.length < best.plan.length ? one : best), first);
    const shortest = await shorter(found, violation, run);
    const again = await run(shortest.plan);
    const plans = members.map(({ plan }) => plan);
    failures.push({ violation, shortest, plans, repeats: violationOf(again.verdict) === violation });
  }
  return failures;
}

/** A plan with one fault less that violates the same, as long as there is one. */
async function shorter(found: Explored, violation: string, run: Run): Promise<Explored> {
  if (found.plan.length < 2) return found;
  for (const left of found.plan) {
    const without = await run(found.plan.filter((fault) => fault !== left));
    if (violationOf(without.verdict) === violation) return shorter(without, violation, run);
  }
  return found;
}
