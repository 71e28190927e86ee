import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunData } from '../../src/report/page/data.ts';
import { useHash } from './address.ts';
import { Bar, Tab } from './bar.tsx';
import { ComparePage } from './compare-page.tsx';
import { CoveragePage } from './coverage-page.tsx';
import { hasGrid } from './grid.ts';
import { HistoryPage } from './history-page.tsx';
import { MatrixPage } from './matrix-page.tsx';
import { parseRoute, type Route, suiteLink } from './route.ts';
import { RunPage } from './run-page.tsx';
import { SuitePage } from './suite-page.tsx';
import { TestPage } from './test-page.tsx';
import { useLiveRun } from './use-live-run.ts';

/** The pages of one run. */
export function OneRun({ first }: { readonly first: RunData }): JSX.Element {
  const { run, live } = useLiveRun(first);
  const hash = useHash();
  const route = parseRoute(hash);
  const [list, setList] = useState('#');
  useEffect(() => {
    if (route.page === 'run') setList(hash === '' ? '#' : hash);
    if (route.page !== 'test') document.title = `Espalier: ${run.id}`;
  });
  return (
    <>
      <Bar home={run.home === '../../' ? run.home : '#'} title={run.id}>
        {run.home === '../../' && (
          <Tab href={run.home} on={false}>
            Runs
          </Tab>
        )}
        <RunTabs run={run} route={route} list={list} />
      </Bar>
      {route.page === 'run' && <RunPage run={run} query={route.query} live={live} />}
      {route.page === 'matrix' && <MatrixPage run={run} />}
      {route.page === 'coverage' && <CoveragePage />}
      {route.page === 'test' && <TestPage key={route.key} run={run} name={route.key} />}
      {route.page === 'compare' && <ComparePage query={route.query} />}
      {route.page === 'history' && <HistoryPage key={route.key} name={route.key} />}
      {route.page === 'suite' && <SuitePage key={route.key} suite={route.key} />}
    </>
  );
}

interface TabsProps {
  readonly run: RunData;
  readonly route: Route;
  readonly list: string;
}

function RunTabs({ run, route, list }: TabsProps): JSX.Element {
  const beside = new Set(run.beside);
  const suite = run.tests[0]?.suite;
  return (
    <>
      <Tab href={list} on={route.page === 'run'}>
        Tests
      </Tab>
      {hasGrid(run.tests) && (
        <Tab href="#/matrix" on={route.page === 'matrix'}>
          Matrix
        </Tab>
      )}
      {beside.has('coverage') && (
        <Tab href="#/coverage" on={route.page === 'coverage'}>
          Coverage
        </Tab>
      )}
      {beside.has('compare') && (
        <Tab href="#/compare" on={route.page === 'compare'}>
          Compare
        </Tab>
      )}
      {beside.has('history') && suite !== undefined && (
        <Tab href={suiteLink(suite)} on={route.page === 'suite' || route.page === 'history'}>
          History
        </Tab>
      )}
    </>
  );
}
