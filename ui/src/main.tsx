import { type JSX, render } from 'preact';
import type { RunData } from '../../src/report/page/data.ts';
import type { RunsData } from '../../src/report/page/data-of-runs.ts';
import { AllRuns } from './all-runs.tsx';
import { load } from './load.ts';
import { OneRun } from './one-run.tsx';

const root = document.getElementById('page') as HTMLElement;

/** What the page begins with: a run, as from disk, or all runs of a server. */
const first: Promise<JSX.Element> =
  root.dataset.start === 'runs'
    ? load<RunsData>('runs').then((data) => <AllRuns first={data} />)
    : load<RunData>('run').then((run) => <OneRun first={run} />);

first.then(
  (page) => {
    root.textContent = '';
    render(page, root);
  },
  (error: unknown) => {
    root.textContent = `This report cannot be shown: ${(error as Error).message}`;
  },
);
