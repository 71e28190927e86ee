import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunData, TestData, TestRow } from '../../src/report/page/data.ts';
import { Badge } from './badge.tsx';
import type { Cursor, Point } from './cursor.ts';
import { Evidence } from './evidence.tsx';
import { LabView } from './lab-view.tsx';
import { load } from './load.ts';
import { historyLink, keyOf, testLink } from './route.ts';

interface TestPageProps {
  readonly run: RunData;
  /** `suite:name`. */
  readonly name: string;
}

/** One test: its verdict with the evidence, then what happened in its lab. */
export function TestPage({ run, name }: TestPageProps): JSX.Element {
  const row = run.tests.find((test) => keyOf(test) === name);
  const [data, setData] = useState<TestData | string>();
  useEffect(() => {
    document.title = `${name} · Espalier`;
    scrollTo(0, 0);
    if (row?.page === undefined)
      setData(row === undefined ? `This run has no test ${name}.` : 'This report holds no more of it.');
    else load<TestData>(row.page).then(setData, (error: unknown) => setData((error as Error).message));
  }, [name]);
  if (data === undefined) return <main class="test" aria-busy="true" />;
  if (typeof data === 'string') return <main class="test nothing">{data}</main>;
  return <LoadedTest run={run} row={row} data={data} />;
}

interface LoadedProps {
  readonly run: RunData;
  readonly row: TestRow | undefined;
  readonly data: TestData;
}

function LoadedTest({ run, row, data }: LoadedProps): JSX.Element {
  const [cursor, setCursor] = useState<Cursor>();
  const point: Point = (t, from) => {
    if (t === undefined) return;
    setCursor((old) => ({ t, from, token: (old?.token ?? 0) + 1 }));
    if (from === 'evidence') document.querySelector('.lab')?.scrollIntoView();
  };
  return (
    <main class="test">
      <header class="verdict">
        <h1>
          <Badge word={data.word} expected={data.expected} />
          <bdi class="test-name">
            <span class="suite">{data.suite}:</span>
            {data.name}
          </bdi>
        </h1>
        <p class="meaning">
          {data.meaning}
          {data.change && <em class="change">{data.change}</em>}
          {run.beside?.includes('history') && (
            <a class="to-history" href={historyLink(data)}>
              history
            </a>
          )}
        </p>
        <Neighbours run={run} row={row} />
      </header>
      <Evidence data={data} point={point} />
      {data.lab && <LabView lab={data.lab} cursor={cursor} point={point} />}
    </main>
  );
}

/** The tests before and after this one that are not as expected; keys p and n. */
function Neighbours({ run, row }: Pick<LoadedProps, 'run' | 'row'>): JSX.Element {
  const stops = run.tests.filter((test) => !test.expected || test === row);
  const at = row === undefined ? -1 : stops.indexOf(row);
  const [before, after] = [stops[at - 1], stops[at + 1]];
  useEffect(() => {
    const keys = ({ key, target, ctrlKey, metaKey }: KeyboardEvent): void => {
      if (target instanceof HTMLInputElement || ctrlKey || metaKey) return;
      const goal = { n: after, p: before }[key];
      if (goal) location.hash = testLink(goal);
      if (key === 'Escape') history.length > 1 ? history.back() : location.assign('#');
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, [before, after]);
  return (
    <nav class="neighbours" aria-label="Other tests that are not as expected">
      {before && (
        <a href={testLink(before)} title={before.name}>
          ← previous <kbd>p</kbd>
        </a>
      )}
      {after && (
        <a href={testLink(after)} title={after.name}>
          next <kbd>n</kbd> →
        </a>
      )}
    </nav>
  );
}
