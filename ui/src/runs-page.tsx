import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RunLine } from '../../src/report/page/data-of-runs.ts';
import { replaceHash } from './address.ts';
import { Choice, SearchBox } from './controls.tsx';
import type { Connection } from './events.ts';
import { ConnectionLine } from './live-line.tsx';
import { RunName, StateMark, TableBox, Versions, WordCount } from './parts.tsx';
import { compareLink, type Query, runLink, suiteLink } from './route.ts';
import { duration, grouped } from './words.ts';

interface RunsPageProps {
  /** Latest first. */
  readonly runs: readonly RunLine[];
  readonly suites: readonly string[];
  readonly query: Query;
  readonly connection: Connection;
}

/** All stored runs, and those that go on. */
export function RunsPage({ runs, suites, query, connection }: RunsPageProps): JSX.Element {
  const { q = '', suite = '' } = query;
  const set = (change: Query): void => replaceHash(runLink({ q, suite, ...change }));
  const shown = useMemo(() => select(runs, q, suite), [runs, q, suite]);
  return (
    <main class="runs">
      <ConnectionLine connection={connection} />
      <div class="controls">
        <h1>Runs</h1>
        <SearchBox label="Search commands, versions, dates" value={q} set={(value) => set({ q: value })} />
        {suites.length > 1 && (
          <Choice label="suite" value={suite} options={suites} set={(value) => set({ suite: value })} />
        )}
        <span class="count" role="status">
          {grouped(shown.length)} of {grouped(runs.length)}
        </span>
      </div>
      {shown.length === 0 ? (
        <p class="nothing">{runs.length === 0 ? 'There is no run yet: espalier run.' : 'No run is like that.'}</p>
      ) : (
        <RunsTable shown={shown} runs={runs} />
      )}
    </main>
  );
}

function select(runs: readonly RunLine[], q: string, suite: string): RunLine[] {
  const parts = q.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter((run) => {
    if (suite !== '' && !run.suites.includes(suite)) return false;
    const text = `${run.id} ${run.started} ${run.command} ${run.suites.join(' ')} ${run.versions.flat(2).join(' ')}`;
    return parts.every((part) => text.toLowerCase().includes(part));
  });
}

interface TableProps {
  readonly shown: readonly RunLine[];
  readonly runs: readonly RunLine[];
}

function RunsTable({ shown, runs }: TableProps): JSX.Element {
  return (
    <TableBox label="Runs">
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col">suites</th>
          <th scope="col">verdicts</th>
          <th scope="col" class="number">
            tests
          </th>
          <th scope="col" class="number" title="sum over its labs">
            virtual
          </th>
          <th scope="col" class="number" title="sum over its labs">
            labs
          </th>
          <th scope="col" class="wide">
            under test
          </th>
          <th scope="col" />
        </tr>
      </thead>
      <tbody>
        {shown.map((run) => (
          <RunRow key={run.id} run={run} before={beforeOf(run, runs)} />
        ))}
      </tbody>
    </TableBox>
  );
}

/** The run before it that has one of its suites. */
function beforeOf(run: RunLine, runs: readonly RunLine[]): RunLine | undefined {
  const older = runs.slice(runs.indexOf(run) + 1);
  return older.find(({ suites }) => suites.some((suite) => run.suites.includes(suite)));
}

function RunRow({ run, before }: { readonly run: RunLine; readonly before: RunLine | undefined }): JSX.Element {
  const done = run.words.reduce((sum, [, count]) => sum + count, 0);
  return (
    <tr>
      <td>
        <RunName run={run} /> <StateMark state={run.state} />
        <bdi class="command-line" title={run.command}>
          {run.command}
        </bdi>
      </td>
      <td>
        {run.suites.map((suite) => (
          <a class="suite-name" href={suiteLink(suite)}>
            <bdi>{suite}</bdi>
          </a>
        ))}
      </td>
      <td class="word-counts">
        {run.words.map(([word, count]) => (
          <WordCount word={word} count={count} />
        ))}
      </td>
      <td class="number">
        {run.state === 'complete' ? grouped(done) : `${grouped(done)} of ${grouped(run.scenarios)}`}
      </td>
      <td class="number">{duration(run.virtualMs)}</td>
      <td class="number">{duration(run.wallMs)}</td>
      <td class="wide">
        <Versions of={run.versions} />
      </td>
      <td class="number">
        {before && <a href={compareLink({ before: before.id.toWellFormed(), now: run.id.toWellFormed() })}>compare</a>}
      </td>
    </tr>
  );
}
