import { compare } from '../../../base/text.ts';
import { issueOf } from '../../../model/issue-kinds.ts';
import type { Tolerance } from '../../../model/tolerance.ts';
import type { Issue, ToleratedIssue } from '../../../model/verdict.ts';
import { toleranceOf } from '../../tolerating.ts';
import { limited } from '../limited.ts';
import type { Incident } from './incident.ts';

/** An incident with what became of it. */
export interface JudgedIncident extends Incident {
  /** Why the scenario declares it. */
  readonly tolerated?: string;
}

/** What incidents come to. */
export interface IncidentFindings {
  /** All, in the order of time; those without a time last. */
  readonly incidents: readonly JudgedIncident[];
  readonly issues: readonly Issue[];
  /** What would be issues, had the scenario not declared them. */
  readonly tolerated: readonly ToleratedIssue[];
}

/** By what incidents are judged. */
export interface IncidentRules {
  readonly tolerances: readonly Tolerance[];
  /** When the first command was typed, virtual nanoseconds since 1970. */
  readonly start: bigint;
}

/** Judges incidents: each counts unless it has an excuse, or the scenario tolerates it. */
export function judgeIncidents(incidents: readonly Incident[], { tolerances, start }: IncidentRules): IncidentFindings {
  const all = incidents.map((incident) => judgedBy(tolerances, incident));
  const judged = [
    ...all.filter(isTimed).sort((a, b) => compare(a.time, b.time)),
    ...all.filter((one) => !isTimed(one)),
  ];
  const counting = judged.filter(({ excuse }) => excuse === undefined);
  const groups = Map.groupBy(counting, ({ kind, host, cause, tolerated }) =>
    JSON.stringify([kind, host, cause, tolerated]),
  );
  const told = [...groups.values()].map((group) => issueOfGroup(group, start));
  const isTolerated = (one: Issue | ToleratedIssue): one is ToleratedIssue => 'why' in one;
  return {
    incidents: judged,
    issues: limited(told.filter((one) => !isTolerated(one))),
    tolerated: limited(told.filter(isTolerated)),
  };
}

function judgedBy(tolerances: readonly Tolerance[], incident: Incident): JudgedIncident {
  const found = incident.excuse === undefined ? toleranceOf(incident, tolerances) : undefined;
  return found === undefined ? incident : { ...incident, tolerated: found.why };
}

function isTimed(incident: JudgedIncident): incident is JudgedIncident & { readonly time: bigint } {
  return incident.time !== undefined;
}

/** The first of those that have one cause, and how many there are. */
function issueOfGroup(group: readonly JudgedIncident[], start: bigint): Issue | ToleratedIssue {
  const [first] = group as [JudgedIncident];
  const { kind, host, file, line, command, time, excerpt, tolerated } = first;
  const message = time === undefined ? first.message : `${first.message}, at ${secondsSince(start, time)}`;
  const more = group.length - 1;
  const issue = issueOf(kind, {
    ...(host !== undefined && { host }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(command !== undefined && { command }),
    message: more === 0 ? message : `${message}; ${more} more like it`,
    ...(excerpt !== undefined && { excerpt }),
  });
  return tolerated === undefined ? issue : { ...issue, why: tolerated };
}

/** `+12.345678 s`. */
function secondsSince(start: bigint, time: bigint): string {
  const micro = (time - start) / 1000n;
  return `${micro < 0n ? '-' : '+'}${(Math.abs(Number(micro)) / 1e6).toFixed(6)} s`;
}
