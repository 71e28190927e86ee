import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { categoryText } from '../../src/model/issue-categories.ts';
import type { HistoryData, PastPoint, SuiteHistory, SuiteRun, TestPast } from '../../src/report/page/data-of-runs.ts';
import { Badge } from './badge.tsx';
import { RunName, StateMark, TableBox, Versions } from './parts.tsx';
import { DurationPlot, type Measure, measures } from './plot.tsx';
import { keyOf, nameOf, pageOf, suiteLink } from './route.ts';
import { usePart } from './use-part.ts';
import { duration } from './words.ts';

/** One test through all stored runs; `name` is `suite:name`. */
export function HistoryPage({ name }: { readonly name: string }): JSX.Element {
  const wanted = nameOf(name);
  const data = usePart<HistoryData>('history', { suite: wanted.suite, test: wanted.name });
  useEffect(() => {
    document.title = `${name} · history · Espalier`;
  });
  if (data === undefined) return <main class="history" aria-busy="true" />;
  if (typeof data === 'string') return <main class="history nothing">{data}</main>;
  const suite = data.suites.find((one) => one.suite.toWellFormed() === wanted.suite);
  const past = suite?.tests.find((one) => one.name.toWellFormed() === wanted.name);
  if (suite === undefined || past === undefined)
    return <main class="history nothing">No run has results of {name}.</main>;
  return <Past suite={suite} past={past} />;
}

interface PastProps {
  readonly suite: SuiteHistory;
  readonly past: TestPast;
}

function Past({ suite, past }: PastProps): JSX.Element {
  const [measure, setMeasure] = useState<Measure>('virtualMs');
  const [pointed, setPointed] = useState<number>();
  return (
    <main class="history">
      <header class="verdict">
        <h1>
          <bdi class="test-name">
            <a class="suite" href={suiteLink(suite.suite)}>
              {suite.suite}:
            </a>
            {past.name}
          </bdi>
        </h1>
      </header>
      <Summary suite={suite} past={past} />
      <div class="controls">
        <h2>Durations</h2>
        {Object.entries(measures).map(([value, label]) => (
          <button
            type="button"
            class="toggle"
            aria-pressed={measure === value}
            onClick={() => setMeasure(value as Measure)}
          >
            {label}
          </button>
        ))}
      </div>
      <DurationPlot points={past.points} measure={measure} pointed={pointed} point={setPointed} />
      <PointsTable suite={suite} past={past} pointed={pointed} point={setPointed} />
    </main>
  );
}

/** What can be said of a test in a sentence or two. */
function Summary({ suite, past }: PastProps): JSX.Element {
  const { points, flips, firstBad, lastGood } = past;
  const last = points.at(-1);
  const [bad, good] = [firstBad, lastGood].map((index) => (index === undefined ? undefined : suite.runs[index]));
  return (
    <p class="history-summary">
      {last && <Badge word={last.word} />}
      {bad && (
        <span>
          not passing since <RunName run={bad} />
        </span>
      )}
      {good && (
        <span>
          passed last in <RunName run={good} />
        </span>
      )}
      <span class="note">
        {flips} {flips === 1 ? 'flip' : 'flips'} in {points.length} {points.length === 1 ? 'run' : 'runs'}
      </span>
    </p>
  );
}

interface PointsProps extends PastProps {
  readonly pointed: number | undefined;
  readonly point: (index: number | undefined) => void;
}

function PointsTable({ suite, past, pointed, point }: PointsProps): JSX.Element {
  const rows = past.points.map((one, index) => ({ one, index })).reverse();
  return (
    <TableBox label="Runs of this test">
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col">verdict</th>
          <th scope="col">issues</th>
          {Object.values(measures).map((label) => (
            <th scope="col" class="number">
              {label}
            </th>
          ))}
          <th scope="col" class="number">
            seed
          </th>
          <th scope="col">new against the run before</th>
          <th scope="col" class="wide">
            under test in this run
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ one, index }) => (
          <tr
            key={index}
            class={index === pointed ? 'here' : ''}
            onMouseEnter={() => point(index)}
            onMouseLeave={() => point(undefined)}
          >
            <PointCells suite={suite} name={past.name} one={one} />
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

interface CellsProps {
  readonly suite: SuiteHistory;
  readonly name: string;
  readonly one: PastPoint;
}

function PointCells({ suite, name, one }: CellsProps): JSX.Element {
  const run = suite.runs[one.run] as SuiteRun;
  const href = pageOf(run, keyOf({ suite: suite.suite, name }));
  const badge = <Badge word={one.word} />;
  return (
    <>
      <td>
        <RunName run={run} /> <StateMark state={run.state} />
      </td>
      <td class="verdict-cell">
        {href === undefined ? badge : <a href={href}>{badge}</a>}
        {one.adapted && <span class="note"> adapted</span>}
        {one.change && <em class="change">{one.change}</em>}
      </td>
      <td class="note">{one.categories?.map(categoryText).join(', ')}</td>
      {(Object.keys(measures) as Measure[]).map((measure) => (
        <td class="number">{duration(one[measure])}</td>
      ))}
      <td class="number mono">{one.seed}</td>
      <td class="world-cell">
        {(one.world === undefined ? [] : (suite.worlds[one.world] ?? [])).map(([what, before, now]) => (
          <div>
            <span class="what">{what}</span> <bdi>{before}</bdi> → <bdi>{now}</bdi>
          </div>
        ))}
      </td>
      <td class="wide">
        <Versions of={run.versions} />
      </td>
    </>
  );
}
