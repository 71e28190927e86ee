import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RunsData } from '../../src/report/page/data-of-runs.ts';
import { useHash } from './address.ts';
import { Bar, Tab } from './bar.tsx';
import { ComparePage } from './compare-page.tsx';
import { HistoryPage } from './history-page.tsx';
import { nameOf, parseRoute, suiteLink } from './route.ts';
import { RunsPage } from './runs-page.tsx';
import { SuitePage } from './suite-page.tsx';
import { useRuns } from './use-runs.ts';

/** The pages of all runs of a server. */
export function AllRuns({ first }: { readonly first: RunsData }): JSX.Element {
  const { runs, connection } = useRuns(first);
  const route = parseRoute(useHash());
  const suites = [...new Set(runs.flatMap((run) => run.suites))].sort();
  const suite = route.page === 'suite' ? route.key : route.page === 'history' ? nameOf(route.key).suite : undefined;
  useEffect(() => {
    document.title = 'Espalier: runs';
  });
  return (
    <>
      <Bar home="#">
        <Tab href="#" on={route.page === 'run'}>
          Runs
        </Tab>
        <Tab href="#/compare" on={route.page === 'compare'}>
          Compare
        </Tab>
        {suites[0] !== undefined && (
          <Tab href={suiteLink(suite ?? suites[0])} on={suite !== undefined}>
            Results by version
          </Tab>
        )}
      </Bar>
      {route.page === 'compare' && <ComparePage query={route.query} />}
      {route.page === 'history' && <HistoryPage key={route.key} name={route.key} />}
      {route.page === 'suite' && <SuitePage key={route.key} suite={route.key} suites={suites} />}
      {route.page === 'run' && <RunsPage runs={runs} suites={suites} query={route.query} connection={connection} />}
    </>
  );
}
