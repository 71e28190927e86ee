import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { wordTable } from '../../src/model/words.ts';
import type { RunData, TestRow } from '../../src/report/page/data.ts';
import { type ColumnHead, type Grid, gridOf, pairsOf } from './grid.ts';
import { testLink } from './route.ts';

/** Tests whose names are `COLUMN, ROW`, as a grid. */
export function MatrixPage({ run }: { readonly run: RunData }): JSX.Element {
  const grid = useMemo(() => gridOf(run.tests), [run]);
  const [only, setOnly] = useState(false);
  const rows = only ? grid.rows.filter(({ cells }) => cells.some((cell) => cell && !cell.expected)) : grid.rows;
  return (
    <main class="matrix">
      <div class="controls">
        <h1>Every column against every row</h1>
        <button type="button" class="toggle" aria-pressed={only} onClick={() => setOnly(!only)}>
          rows with something unexpected
        </button>
        <Legend run={run} />
      </div>
      <div class="grid-box" tabIndex={0} role="group" aria-label="Matrix">
        <GridTable columns={grid.columns} rows={rows} />
      </div>
    </main>
  );
}

function GridTable({ columns, rows }: Grid): JSX.Element {
  return (
    <table class="grid">
      <thead>
        <Pairs columns={columns} />
        <tr>
          <td />
          {columns.map((column) => (
            <Head column={column} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, cells }) => (
          <tr>
            <th scope="row">{name}</th>
            {cells.map((cell) => (
              <td>{cell && <Cell test={cell} />}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One head over all columns of a pair; none where no column's name has one. */
function Pairs({ columns }: Pick<Grid, 'columns'>): JSX.Element | null {
  const pairs = pairsOf(columns);
  if (pairs.every(({ pair }) => pair === '')) return null;
  return (
    <tr class="pairs">
      <td />
      {pairs.map(({ pair, count }) => (
        <th scope="colgroup" colSpan={count}>
          {pair}
        </th>
      ))}
    </tr>
  );
}

/** Versions stand one above the other; a name without them is turned, since it may be long. */
function Head({ column: { name, versions } }: { readonly column: ColumnHead }): JSX.Element {
  if (versions.length === 0) {
    return (
      <th scope="col">
        <span class="turned">{name}</span>
      </th>
    );
  }
  return (
    <th scope="col" title={name}>
      {versions.map((version) => (
        <span>{version}</span>
      ))}
    </th>
  );
}

function Cell({ test }: { readonly test: TestRow }): JSX.Element {
  const label = `${test.name}: ${test.word}${test.why ? `, ${test.why}` : ''}`;
  return (
    <a class={`cell word-${test.word}`} href={testLink(test)} title={label} aria-label={label}>
      {wordTable[test.word].sign}
    </a>
  );
}

function Legend({ run }: { readonly run: RunData }): JSX.Element {
  return (
    <span class="legend">
      {run.words
        .filter(({ count }) => count > 0)
        .map(({ word, count }) => (
          <span class={`word-${word}`}>
            <span class="sign">{wordTable[word].sign}</span> {word} {count}
          </span>
        ))}
    </span>
  );
}
