import { type JSX, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunData } from '../../src/report/page/data.ts';
import { hasGrid } from './grid.ts';
import { load } from './load.ts';
import { MatrixPage } from './matrix-page.tsx';
import { parseRoute } from './route.ts';
import { RunPage } from './run-page.tsx';
import { TestPage } from './test-page.tsx';
import { ThemeButton } from './theme.tsx';

function Page({ run }: { readonly run: RunData }): JSX.Element {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = (): void => setHash(location.hash);
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  const route = parseRoute(hash);
  const [list, setList] = useState('#');
  useEffect(() => {
    if (route.page === 'run') setList(hash === '' ? '#' : hash);
    if (route.page !== 'test') document.title = `Espalier: ${run.id}`;
  });
  return (
    <>
      <header class="bar">
        <a class="brand" href="#">
          <img src="icon.svg" alt="" width="18" height="18" /> Espalier
        </a>
        <nav aria-label="Pages">
          <a href={list} aria-current={route.page === 'run' ? 'page' : undefined}>
            Tests
          </a>
          {hasGrid(run.tests) && (
            <a href="#/matrix" aria-current={route.page === 'matrix' ? 'page' : undefined}>
              Matrix
            </a>
          )}
        </nav>
        <span class="run-id">{run.id}</span>
        <ThemeButton />
      </header>
      {route.page === 'run' && <RunPage run={run} query={route.query} />}
      {route.page === 'matrix' && <MatrixPage run={run} />}
      {route.page === 'test' && <TestPage key={route.key} run={run} name={route.key} />}
    </>
  );
}

const root = document.getElementById('page') as HTMLElement;

load<RunData>('run').then(
  (run) => {
    root.textContent = '';
    render(<Page run={run} />, root);
  },
  (error: unknown) => {
    root.textContent = `This report cannot be shown: ${(error as Error).message}`;
  },
);
