import type { JSX } from 'preact';
import { categoryText, type IssueCategory, issueCategories } from '../../src/model/issue-categories.ts';
import type { TestRow } from '../../src/report/page/data.ts';
import type { RunLine } from '../../src/report/page/data-of-runs.ts';
import { RunName, TableBox } from './parts.tsx';
import { grouped } from './words.ts';

const order = Object.keys(issueCategories) as IssueCategory[];

interface FilterProps {
  readonly tests: readonly TestRow[];
  /** Empty: all. */
  readonly chosen: string;
  readonly set: (category: string) => void;
}

/** How many tests have issues of each category; each is a filter. */
export function CategoryFilter({ tests, chosen, set }: FilterProps): JSX.Element | null {
  const counts = order
    .map((category) => [category, tests.filter((test) => test.categories?.includes(category)).length] as const)
    .filter(([category, count]) => count > 0 || category === chosen);
  if (counts.length === 0) return null;
  return (
    <div class="categories" role="group" aria-label="Tests by their issues">
      <span class="note">by issue</span>
      {counts.map(([category, count]) => (
        <button
          type="button"
          class="toggle"
          aria-pressed={category === chosen}
          title={issueCategories[category]}
          onClick={() => set(category === chosen ? '' : category)}
        >
          {categoryText(category)} <span class="note">{grouped(count)}</span>
        </button>
      ))}
    </div>
  );
}

interface TableProps {
  readonly runs: readonly RunLine[];
  readonly title: string;
}

/** A line per run with how many of its tests have issues of each category; nothing where none has. */
export function CategoriesTable({ runs, title }: TableProps): JSX.Element | null {
  const occur = new Set(runs.flatMap(({ categories }) => categories.map(([category]) => category)));
  const shown = order.filter((category) => occur.has(category));
  if (shown.length === 0) return null;
  return (
    <section class="differences narrow" aria-label={title}>
      <h2>{title}</h2>
      <TableBox label={title}>
        <thead>
          <tr>
            <th scope="col">run</th>
            {shown.map((category) => (
              <th scope="col" class="number" title={issueCategories[category]}>
                {categoryText(category)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <RunName run={run} />
              </td>
              {shown.map((category) => (
                <td class="number count-cell">{countText(run, category)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </TableBox>
    </section>
  );
}

function countText({ categories }: RunLine, wanted: IssueCategory): string {
  const found = categories.find(([category]) => category === wanted);
  return found === undefined ? '' : grouped(found[1]);
}
