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
  return addCategories(tests.map((categories) => categories.map((category) => [category, 1] as const)));
}

/** The counts of a run's results. */
export function categoryCounts(results: readonly WithIssues[]): CategoryCounts {
  return countCategories(results.map(categoriesOf));
}

/** Counts of several parts together. */
export function addCategories(parts: readonly CategoryCounts[]): CategoryCounts {
  const all = parts.flat();
  const sum = (wanted: IssueCategory): number =>
    all.reduce((total, [category, count]) => total + (category === wanted ? count : 0), 0);
  return order.map((category) => [category, sum(category)] as const).filter(([, count]) => count > 0);
}
