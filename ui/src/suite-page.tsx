import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { VerdictWord } from '../../src/model/words.ts';
import type { HistoryData, SuiteHistory, SuiteRun, TestPast } from '../../src/report/page/data-of-runs.ts';
import { CategoriesTable } from './categories.tsx';
import { RunName, StateMark, TableBox, Versions } from './parts.tsx';
import { compareLink, historyLink, keyOf, suiteLink } from './route.ts';
import { Sign } from './several-runs.tsx';
import { TotalsPlot } from './totals-plot.tsx';
import { usePart } from './use-part.ts';
import { WordHeads, wordsOf } from './word-columns.tsx';
import { duration, grouped } from './words.ts';

interface SuitePageProps {
  readonly suite: string;
  /** All suites that there are runs of; absent: this one. */
  readonly suites?: readonly string[];
}

/** A suite's runs by what was under test, and its tests that flipped. */
export function SuitePage({ suite: name, suites }: SuitePageProps): JSX.Element {
  const data = usePart<HistoryData>('history', { suite: name });
  useEffect(() => {
    document.title = `${name} · results by version · Espalier`;
  });
  if (data === undefined) return <main class="suite-runs" aria-busy="true" />;
  if (typeof data === 'string') return <main class="suite-runs nothing">{data}</main>;
  const suite = data.suites.find((one) => one.suite.toWellFormed() === name);
  const names = suites ?? data.suites.map((one) => one.suite);
  return (
    <main class="suite-runs">
      <div class="controls">
        <h1>Results by version</h1>
        <label class="choice">
          <span>suite</span>
          <select
            value={name}
            onChange={(event) => {
              location.hash = suiteLink(event.currentTarget.value);
            }}
          >
            {names.map((one) => (
              <option value={one}>{one}</option>
            ))}
          </select>
        </label>
      </div>
      {suite === undefined ? <p class="nothing">No run has results of {name}.</p> : <Loaded suite={suite} />}
    </main>
  );
}

function Loaded({ suite }: { readonly suite: SuiteHistory }): JSX.Element {
  const flipped = suite.tests.filter(({ flips }) => flips > 0).sort((a, b) => b.flips - a.flips);
  return (
    <>
      {suite.runs.length > 1 && <TotalsPlot runs={suite.runs} />}
      <RunsBySuite suite={suite} />
      <CategoriesTable runs={suite.runs.toReversed()} title="Tests by their issues" />
      <h2 class="flipped-title">
        Tests that flipped{' '}
        <span class="note">
          {grouped(flipped.length)} of {grouped(suite.total)}; oldest run at the left
        </span>
      </h2>
      {flipped.length === 0 ? <p class="note">None did.</p> : <Flipped suite={suite} tests={flipped} />}
    </>
  );
}

function RunsBySuite({ suite }: { readonly suite: SuiteHistory }): JSX.Element {
  const { runs } = suite;
  const words = wordsOf(runs);
  return (
    <TableBox label="Runs">
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col">under test</th>
          <WordHeads words={words} />
          <th scope="col">against the runs before</th>
          <th scope="col" class="number">
            virtual
          </th>
          <th scope="col" class="number">
            labs
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.toReversed().map((run, at) => (
          <SuiteRunRow key={run.id} run={run} words={words} before={runs[runs.length - at - 2]} />
        ))}
      </tbody>
    </TableBox>
  );
}

interface RowProps {
  readonly run: SuiteRun;
  readonly words: readonly VerdictWord[];
  readonly before: SuiteRun | undefined;
}

const short = { 'newly failing': 'failing', 'newly passing': 'passing', changed: 'changed' } as const;

function SuiteRunRow({ run, words, before }: RowProps): JSX.Element {
  const counts = new Map(run.words);
  const changes = (Object.keys(short) as (keyof typeof short)[]).filter((change) => run.changes[change] !== undefined);
  const told = changes.map((change) => `${run.changes[change]} ${change}`).join(', ');
  return (
    <tr>
      <td>
        <RunName run={run} /> <StateMark state={run.state} />
      </td>
      <td>
        <Versions of={run.versions} />
      </td>
      {words.map((word) => (
        <td class={`number count-cell word-${word}`}>{counts.has(word) ? grouped(counts.get(word) ?? 0) : ''}</td>
      ))}
      <td class={run.changes['newly failing'] === undefined ? 'note' : 'worse'}>
        {before === undefined ? (
          told
        ) : (
          <a href={compareLink({ before: before.id.toWellFormed(), now: run.id.toWellFormed() })}>{told || 'same'}</a>
        )}
      </td>
      <td class="number">{duration(run.virtualMs)}</td>
      <td class="number">{duration(run.wallMs)}</td>
    </tr>
  );
}

interface FlippedProps {
  readonly suite: SuiteHistory;
  readonly tests: readonly TestPast[];
}

/** So many tests are shown at first. */
const firstShown = 100;

function Flipped({ suite, tests }: FlippedProps): JSX.Element {
  const [all, setAll] = useState(false);
  const shown = all ? tests : tests.slice(0, firstShown);
  return (
    <>
      <div class="table-box" tabIndex={0} role="group" aria-label="Tests that flipped">
        <table class="table flips">
          <tbody>
            {shown.map((test) => (
              <tr key={test.name}>
                <td class="test-cell">
                  <a href={historyLink({ suite: suite.suite, name: test.name })}>
                    <bdi>{test.name}</bdi>
                  </a>
                </td>
                <td>
                  <Strip suite={suite} test={test} />
                </td>
                <td class="number">{test.flips}</td>
                <td class="note">{test.firstBad === undefined ? '' : <SinceBad run={suite.runs[test.firstBad]} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < tests.length && (
        <button type="button" class="toggle" onClick={() => setAll(true)}>
          all {grouped(tests.length)}
        </button>
      )}
    </>
  );
}

function SinceBad({ run }: { readonly run: SuiteRun | undefined }): JSX.Element | null {
  if (run === undefined) return null;
  return (
    <>
      not passing since <RunName run={run} />
    </>
  );
}

/** A sign per run, a gap where the run did not have the test. */
function Strip({ suite, test }: { readonly suite: SuiteHistory; readonly test: TestPast }): JSX.Element {
  const words = new Map(test.points.map(({ run, word }) => [run, word]));
  return (
    <span class="strip-of-runs">
      {suite.runs.map((run, index) => (
        <Sign word={words.get(index) ?? null} run={run} test={keyOf({ suite: suite.suite, name: test.name })} />
      ))}
    </span>
  );
}
