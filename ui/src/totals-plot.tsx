import type { JSX } from 'preact';
import type { SuiteRun } from '../../src/report/page/data-of-runs.ts';
import { pageOf } from './route.ts';
import { dateText } from './words.ts';

/** So many runs are drawn, the latest. */
const runsDrawn = 120;

/**
 * Runs of a suite as columns, oldest at the left, by how many tests they had; in each the shares of its words, what passed at the
 * bottom. The table below says the same, so that nobody has to reach the columns by keyboard.
 */
export function TotalsPlot({ runs }: { readonly runs: readonly SuiteRun[] }): JSX.Element {
  const drawn = runs.slice(-runsDrawn);
  const most = Math.max(1, ...drawn.map(testsOf));
  return (
    <div class="totals-plot" aria-hidden="true">
      <span class="most">{most}</span>
      {drawn.map((run) => (
        <Column run={run} most={most} key={run.id} />
      ))}
    </div>
  );
}

function Column({ run, most }: { readonly run: SuiteRun; readonly most: number }): JSX.Element {
  const shares = (
    <span class="shares" style={{ height: `${(100 * testsOf(run)) / most}%` }}>
      {run.words.map(([word, count]) => (
        <span class={`word-${word}`} style={{ flexGrow: String(count) }} />
      ))}
    </span>
  );
  const [href, title] = [pageOf(run), titleOf(run)];
  if (href === undefined)
    return (
      <span class="column" title={title}>
        {shares}
      </span>
    );
  return (
    <a class="column" href={href} tabIndex={-1} title={title}>
      {shares}
    </a>
  );
}

function testsOf({ words }: SuiteRun): number {
  return words.reduce((sum, [, count]) => sum + count, 0);
}

function titleOf({ started, words }: SuiteRun): string {
  return `${dateText(started)}: ${words.map(([word, count]) => `${count} ${word}`).join(', ')}`;
}
