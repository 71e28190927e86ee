import { type Plan, planText } from '../../results/explore/plans.ts';
import { coverageLines } from './coverage.ts';
import type { Exploration, Failure, Tried } from './search.ts';

/** Issues that are shown of a failure, and other plans. */
const shown = 5;

/** What is asked of a scenario's tunnels at the end of each lab, for people. */
export interface AskedTunnels {
  /** `net from 10.1.0.1 to 10.2.0.1`. */
  readonly asked: readonly string[];
  /** Those that are not, with the reason. */
  readonly unasked: readonly string[];
}

/** Whether an exploration was thorough enough to say that nothing was found. */
export function isThorough({ singles, shown: judged, unresolved }: Exploration): boolean {
  return singles.tried === singles.possible && judged > 0 && unresolved.length === 0;
}

/** The exploration for people: what was tried, and what was found. */
export function explorationLines(found: Exploration, tunnels: AskedTunnels | undefined): string[] {
  const { messages, kinds, labs, singles, pairs, idle, late, failures, unresolved } = found;
  return [
    `single faults tried: ${countText(singles)} (${messages.length} messages, ${kinds.length} kinds)`,
    `pairs tried: ${pairs === undefined ? 'none, as asked' : countText(pairs)}`,
    `labs: ${labs}`,
    `plans that show nothing: ${unresolved.length + idle + late} (unresolved: ${unresolved.length}; a fault met no message: ${idle}; the lab ended within 60 s of it: ${late})`,
    ...trafficLines(found, tunnels),
    ...leftLines(found),
    '',
    ...coverageLines({ ...found, failures: failures.map(({ violation }) => violation) }),
    '',
    ...unresolved.map(({ plan, verdict }) => `unresolved: ${planText(plan)}: ${verdict.issues[0]?.message ?? ''}`),
    `distinct failures: ${failures.length}`,
    ...failures.flatMap(failureLines),
  ];
}

function countText({ tried, possible }: Tried): string {
  return `${tried} of ${possible}`;
}

function trafficLines({ traffic, absent }: Exploration, tunnels: AskedTunnels | undefined): string[] {
  const not = (why: string): string[] => [`traffic at the end of each lab: not checked, ${why}`];
  if (typeof traffic === 'object')
    return not(`since without a fault a lab that goes on behind its end fails: ${traffic.broken}`);
  if (tunnels === undefined) return not('since the test declares no connections');
  const { asked, unasked } = tunnels;
  return [
    ...(asked.length === 0 ? [] : [`traffic at the end of each lab: checked in ${asked.join('; ')}`]),
    ...absent.map((one) => `traffic at the end of each lab: no Child SA without a fault for the ${one}`),
    ...unasked.map((one) => `traffic at the end of each lab: not checked in ${one}`),
  ];
}

/** What the time did not suffice for: of what was not tried nothing is known. */
function leftLines({ singles, pairs }: Exploration): string[] {
  const left = singles.possible - singles.tried;
  if (left > 0) return [`The time was over before ${left} single faults were tried; raise --budget.`];
  const pairsLeft = pairs === undefined ? 0 : pairs.possible - pairs.tried;
  return pairsLeft > 0 ? [`The time was over before ${pairsLeft} pairs were tried.`] : [];
}

function failureLines({ shortest: { plan, verdict }, plans, repeats }: Failure, at: number): string[] {
  const others = plans.filter((one) => one !== plan);
  return [
    '',
    `${at + 1}) ${verdict.word}: ${planText(plan)}`,
    ...verdict.issues
      .slice(0, shown)
      .map(({ kind, host, message }) => `   ${kind}: ${host === undefined ? '' : `${host}: `}${message}`),
    `   plans that end so: ${plans.length}${repeats ? '' : '; the same plan did not do so again'}`,
    ...others.slice(0, shown).map((one: Plan) => `   also: ${planText(one)}`),
  ];
}
