import { categoryOf, type IssueCategory, issueCategories } from '../model/issue-categories.ts';
import type { ScenarioResult } from '../model/results.ts';

/** How many tests have an issue of a category, in the order of the table; those that none has are left out. */
export type CategoryCounts = readonly (readonly [IssueCategory, number])[];

/** What issues are counted by. */
interface WithIssues {
  readonly issues: readonly Pick<ScenarioResult['issues'][number], 'kind'>[];
}

const order = Object.keys(issueCategories) as IssueCategory[];

/** Categories of a result's issues, each once, in the order of the table. */
export function categoriesOf({ issues }: WithIssues): IssueCategory[] {
  const found = new Set(issues.map(({ kind }) => categoryOf(kind)));
  return order.filter((category) => found.has(category));
}

/** Counts tests, not issues: a test counts once for each of its categories. */
export function countCategories(tests: readonly (readonly IssueCategory[])[]): CategoryCounts {
  const all = tests.flat();
  return order
    .map((category) => [category, all.filter((one) => one === category).length] as const)
    .filter(([, count]) => count > 0);
}

/** The counts of a run's results. */
export function categoryCounts(results: readonly WithIssues[]): CategoryCounts {
  return countCategories(results.map(categoriesOf));
}
