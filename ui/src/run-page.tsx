import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunData, TestRow } from '../../src/report/page/data.ts';
import { replaceHash } from './address.ts';
import { Badge } from './badge.tsx';
import { Choice, SearchBox, Toggle } from './controls.tsx';
import { type Filter, noFilter, searchTexts, select, sorts } from './filter.ts';
import { LiveLine } from './live-line.tsx';
import { keyOf, runLink, testLink } from './route.ts';
import { Totals } from './totals.tsx';
import type { Live } from './use-live-run.ts';
import { WindowList } from './window-list.tsx';
import { duration, grouped } from './words.ts';

interface RunPageProps {
  readonly run: RunData;
  readonly query: Readonly<Record<string, string>>;
  /** Where it is, of a run that goes on. */
  readonly live: Live | undefined;
}

/** The run: totals, filters, changes that tests share, and the list of tests. */
export function RunPage({ run, query, live }: RunPageProps): JSX.Element {
  const filter: Filter = { ...noFilter, ...query };
  const texts = useMemo(() => searchTexts(run.tests), [run]);
  const weights = run.words.map(({ word }) => word);
  const chosen = useMemo(
    () => select({ tests: run.tests, texts, weights, clusters: run.clusters }, filter),
    [run, JSON.stringify(filter)],
  );
  const set = (change: Partial<Filter>): void => {
    replaceHash(runLink({ ...filter, ...change }));
  };
  return (
    <main class="run">
      {live && <LiveLine live={live} />}
      <Totals run={run} filter={filter} set={set} />
      <Controls run={run} filter={filter} set={set} count={chosen.length} />
      <div class={run.clusters.length > 0 ? 'columns' : ''}>
        <TestList run={run} chosen={chosen} filterKey={JSON.stringify(filter)} />
        {run.clusters.length > 0 && <Clusters run={run} filter={filter} set={set} />}
      </div>
      <AboutRun run={run} />
    </main>
  );
}

interface ControlProps {
  readonly run: RunData;
  readonly filter: Filter;
  readonly set: (change: Partial<Filter>) => void;
}

function Controls({ run, filter, set, count }: ControlProps & { readonly count: number }): JSX.Element {
  const suites = useMemo(() => [...new Set(run.tests.map(({ suite }) => suite))], [run]);
  const hosts = useMemo(
    () => [...new Set(run.tests.map((test) => test.hosts))].sort((a, b) => a - b).map(String),
    [run],
  );
  const narrowed = Object.entries(filter).some(([name, value]) => name !== 'sort' && value !== '');
  return (
    <div class="controls">
      <SearchBox label="Search tests and reasons" value={filter.q} set={(q) => set({ q })} />
      {suites.length > 1 && (
        <Choice label="suite" value={filter.suite} options={suites} set={(suite) => set({ suite })} />
      )}
      {hosts.length > 1 && (
        <Choice label="hosts" value={filter.hosts} options={hosts} set={(one) => set({ hosts: one })} />
      )}
      <label class="choice">
        <span>sort by</span>
        <select value={filter.sort} onChange={(event) => set({ sort: event.currentTarget.value })}>
          {Object.entries(sorts).map(([value, name]) => (
            <option value={value}>{name}</option>
          ))}
        </select>
      </label>
      <Toggle
        name="not as expected"
        on={filter.only === 'unexpected'}
        set={(on) => set({ only: on ? 'unexpected' : '' })}
      />
      {run.baseline !== undefined && (
        <Toggle name="changed" on={filter.only === 'changed'} set={(on) => set({ only: on ? 'changed' : '' })} />
      )}
      <span class="count" role="status">
        {grouped(count)} of {grouped(run.tests.length)}
      </span>
      {narrowed && (
        <button type="button" class="quiet" onClick={() => set({ ...noFilter, sort: filter.sort })}>
          show all
        </button>
      )}
    </div>
  );
}

const phone = matchMedia('(max-width: 640px)');

interface TestListProps {
  readonly run: RunData;
  readonly chosen: readonly number[];
  readonly filterKey: string;
}

function TestList({ run, chosen, filterKey }: TestListProps): JSX.Element {
  const keys = useMemo(() => chosen.map((index) => keyOf(run.tests[index] as TestRow)), [run, chosen]);
  const [current, setCurrent] = useState<string>();
  const cursor = useMemo(() => (current === undefined ? -1 : keys.indexOf(current)), [keys, current]);
  const [small, setSmall] = useState(phone.matches);
  useEffect(() => {
    const change = (): void => setSmall(phone.matches);
    phone.addEventListener('change', change);
    return () => phone.removeEventListener('change', change);
  }, []);
  useEffect(() => setCurrent(undefined), [filterKey]);
  const open = (): void => {
    const test = run.tests[chosen[cursor] ?? -1];
    if (test) location.hash = testLink(test);
  };
  if (chosen.length === 0) return <p class="nothing">{emptyText(run)}</p>;
  return (
    <div class="tests">
      <div class="test head" aria-hidden="true">
        <span>verdict</span>
        <span>test</span>
        <span>what was seen first</span>
        <span class="number">hosts</span>
        <span class="number">virtual</span>
        <span class="number">wall</span>
      </div>
      <WindowList
        label="Tests"
        count={chosen.length}
        rowHeight={small ? 54 : 30}
        resetKey={filterKey}
        keys={keys}
        current={cursor < 0 ? undefined : cursor}
        choose={(index) => setCurrent(keys[index])}
        enter={open}
        row={(index) => <TestLine test={run.tests[chosen[index] ?? 0] as TestRow} current={index === cursor} />}
      />
    </div>
  );
}

function emptyText({ tests, live }: RunData): string {
  if (tests.length > 0) return 'No test is like that.';
  return live === undefined ? 'No test has a result.' : 'No test has a result yet.';
}

function TestLine({ test, current }: { readonly test: TestRow; readonly current: boolean }): JSX.Element {
  return (
    <a class={`test${current ? ' current' : ''}`} href={testLink(test)} tabIndex={-1}>
      <Badge word={test.word} expected={test.expected} />
      <span class="name" title={test.name}>
        <bdi>{test.name}</bdi>
        {test.change && <em class="change">{test.change}</em>}
      </span>
      <span class="why">{test.adapted ? 'adapted' : test.why}</span>
      <span class="number">{test.hosts || ''}</span>
      <span class="number">{duration(test.virtualMs)}</span>
      <span class="number">{duration(test.wallMs)}</span>
    </a>
  );
}

function Clusters({ run, filter, set }: ControlProps): JSX.Element {
  return (
    <aside class="clusters">
      <h2>The same change in several tests</h2>
      {run.clusters.slice(0, 50).map(({ lines, tests }, index) => {
        const on = filter.cluster === String(index);
        return (
          <button
            type="button"
            class="cluster"
            aria-pressed={on}
            onClick={() => set({ cluster: on ? '' : String(index) })}
          >
            <b>{tests.length} tests</b>
            <span class="lines">
              {lines.slice(0, 6).map((line) => (
                <span class={line.startsWith('-') ? 'minus' : line.startsWith('+') ? 'plus' : ''}>{line}</span>
              ))}
            </span>
          </button>
        );
      })}
    </aside>
  );
}

function AboutRun({ run }: { readonly run: RunData }): JSX.Element {
  return (
    <details class="about">
      <summary>About this run</summary>
      <dl>
        {run.facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}
