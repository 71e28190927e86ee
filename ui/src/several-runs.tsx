import type { JSX } from 'preact';
import { type VerdictWord, wordTable } from '../../src/model/words.ts';
import type { RunLine, SeveralRuns as SeveralData } from '../../src/report/page/data-of-runs.ts';
import { CategoriesTable } from './categories.tsx';
import { RunName, StateMark, TableBox, Versions } from './parts.tsx';
import { pageOf } from './route.ts';
import { WordHeads, wordsOf } from './word-columns.tsx';
import { grouped } from './words.ts';

interface SeveralProps {
  readonly several: SeveralData;
  /** Takes a run out again; absent: the choice is made. */
  readonly remove?: ((id: string) => void) | undefined;
}

/** Several runs side by side: totals of each, then a sign per run of each test that has different verdicts. */
export function SeveralRuns({ several, remove }: SeveralProps): JSX.Element {
  const { runs, common, tests } = several;
  return (
    <>
      <p class="compared">
        {grouped(runs.length)} runs, {grouped(common)} tests in all of them
      </p>
      <Totals runs={runs} remove={remove} />
      <CategoriesTable runs={runs} title="tests by their issues" />
      <section class="differences narrow" aria-label="different verdicts">
        <h2>
          different verdicts <span class="note">{grouped(tests.length)}; first run at the left</span>
        </h2>
        {tests.length > 0 && (
          <TableBox label="different verdicts">
            <tbody>
              {tests.map(({ test, words }) => (
                <tr key={test}>
                  <td class="test-cell">
                    <bdi>{test}</bdi>
                  </td>
                  <td>
                    <span class="strip-of-runs">
                      {words.map((word, at) => (
                        <Sign word={word} run={runs[at] as RunLine} test={test} />
                      ))}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </TableBox>
        )}
      </section>
    </>
  );
}

interface SignProps {
  readonly word: VerdictWord | null;
  readonly run: RunLine;
  readonly test: string;
}

/** A word's sign that leads to the test in this run. */
export function Sign({ word, run, test }: SignProps): JSX.Element {
  if (word === null) return <span class="no-result">·</span>;
  const href = pageOf(run, test);
  const label = `${word} in ${run.id}`;
  const mark = wordTable[word].sign;
  if (href === undefined)
    return (
      <span class={`word-${word}`} title={label} role="img" aria-label={label}>
        {mark}
      </span>
    );
  return (
    <a class={`word-${word}`} href={href} title={label} aria-label={label}>
      {mark}
    </a>
  );
}

interface TotalsProps {
  readonly runs: readonly RunLine[];
  readonly remove: ((id: string) => void) | undefined;
}

function Totals({ runs, remove }: TotalsProps): JSX.Element {
  const words = wordsOf(runs);
  return (
    <TableBox label="Runs">
      <thead>
        <tr>
          <th scope="col">run</th>
          <WordHeads words={words} />
          <th scope="col" class="wide">
            under test
          </th>
          {remove && <th scope="col" />}
        </tr>
      </thead>
      <tbody>
        {runs.map((run, at) => (
          <tr key={run.id}>
            <td>
              <RunName run={run} /> <StateMark state={run.state} />
            </td>
            {words.map((word) => (
              <td class={`number count-cell word-${word}`}>{countText(run, word)}</td>
            ))}
            <td class="wide">
              <Versions of={run.versions} />
            </td>
            {remove && (
              <td class="number">
                {at > 0 && at < runs.length - 1 && (
                  <button type="button" class="quiet" onClick={() => remove(run.id)}>
                    remove
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

function countText({ words, passedAdapted }: RunLine, wanted: VerdictWord): string {
  const count = words.find(([word]) => word === wanted)?.[1];
  if (count === undefined) return '';
  return wanted === 'passed' && passedAdapted > 0
    ? `${grouped(count)} (${grouped(passedAdapted)} adapted)`
    : grouped(count);
}
