import type { Tolerance } from '../model/tolerance.ts';
import type { Issue, ToleratedIssue } from '../model/verdict.ts';

/** What a scenario may have declared. */
interface Declarable {
  readonly kind: string;
  readonly host?: string;
  readonly message: string;
  readonly excerpt?: string;
}

/** The first tolerance that covers something that went wrong. */
export function toleranceOf(
  { kind, host, message, excerpt }: Declarable,
  tolerances: readonly Tolerance[],
): Tolerance | undefined {
  return tolerances.find(
    (one) =>
      one.what === kind &&
      (one.host === undefined || one.host === host) &&
      (one.text === undefined || [message, excerpt].some((text) => text?.includes(one.text as string))),
  );
}

/** Issues, and what would be issues, had the scenario not declared them. */
export interface Parted {
  readonly issues: readonly Issue[];
  readonly tolerated: readonly ToleratedIssue[];
}

/** Takes what a scenario declares out of what was found. */
export function tolerating(found: readonly Issue[], tolerances: readonly Tolerance[]): Parted {
  const issues: Issue[] = [];
  const tolerated: ToleratedIssue[] = [];
  for (const issue of found) {
    const tolerance = toleranceOf(issue, tolerances);
    if (tolerance === undefined) issues.push(issue);
    else tolerated.push({ ...issue, why: tolerance.why });
  }
  return { issues, tolerated };
}
