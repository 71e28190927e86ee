import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { LadderRow } from '../../src/report/page/data.ts';
import { type LabViewProps, rowAt, targetOf } from './cursor.ts';
import { WindowList } from './window-list.tsx';
import { clockText } from './words.ts';

const rowHeight = 22;

/** Messages between hosts in order of time: hosts are columns, a row is a moment. */
export function Ladder({ lab, cursor, point }: LabViewProps): JSX.Element {
  const [all, setAll] = useState(false);
  const rows = useMemo(() => lab.ladder.filter(({ kind }) => all || kind !== 'other'), [lab, all]);
  const times = useMemo(() => rows.map(({ t }) => t), [rows]);
  const current = cursor && rowAt(times, cursor.t);
  const [chosen, setChosen] = useState<LadderRow>();
  const choose = (index: number): void => {
    const row = rows[index];
    setChosen(row);
    point(row?.t, 'ladder');
  };
  const at = chosen === undefined ? -1 : rows.indexOf(chosen);
  const target = targetOf(cursor, 'ladder', times);
  const hidden = lab.ladder.length - rows.length;
  return (
    <div class={`pane ladder hosts-${Math.min(9, lab.hosts.length)}`}>
      <div class="ladder-row ladder-head">
        <span class="time">time</span>
        <span class="hosts">
          {lab.hosts.map((host, index) => (
            <b style={{ left: place(index, lab.hosts.length) }}>{host}</b>
          ))}
        </span>
        <span class="text">
          <button type="button" class="toggle" aria-pressed={all} onClick={() => setAll(!all)}>
            all packets{!all && hidden > 0 ? ` (${hidden} more rows)` : ''}
          </button>
        </span>
      </div>
      <WindowList
        label="Ladder of messages"
        count={rows.length}
        rowHeight={rowHeight}
        target={target}
        current={at >= 0 && cursor?.from === 'ladder' ? at : current}
        choose={choose}
        row={(index) => {
          const row = rows[index] as LadderRow;
          const here =
            row === chosen && cursor?.from === 'ladder' ? true : cursor?.from !== 'ladder' && index === current;
          return <Row row={row} hosts={lab.hosts.length} here={here} />;
        }}
      />
      <Details row={cursor?.from === 'ladder' ? chosen : rows[current ?? -1]} hosts={lab.hosts} />
    </div>
  );
}

function place(index: number, count: number): string {
  return `${((index + 0.5) / count) * 100}%`;
}

interface RowProps {
  readonly row: LadderRow;
  readonly hosts: number;
  readonly here: boolean;
}

function Row({ row, hosts, here }: RowProps): JSX.Element {
  // Of an incident they say that the test means it.
  const excused = row.kind === 'incident' && row.flags !== undefined;
  return (
    <div class={`ladder-row k-${row.kind}${excused ? ' excused' : ''}${here ? ' here' : ''}`}>
      <span class="time">{clockText(row.t)}</span>
      <span class="hosts">
        {Array.from({ length: hosts }, (_, index) => (
          <i class="line" style={{ left: place(index, hosts) }} />
        ))}
        <Arrow row={row} hosts={hosts} />
      </span>
      <span class="text">
        {row.flags?.map((flag) => (
          <span class={`flag ${flag}`}>{flag}</span>
        ))}
        {row.count !== undefined && <span class="times">{row.count}×</span>}
        <bdi>{row.kind === 'command' ? `# ${row.text}` : row.text}</bdi>
      </span>
    </div>
  );
}

/** From host to host; a stub where an end is nobody of the lab, or everybody; a point for what a host does by itself. */
function Arrow({ row, hosts }: Pick<RowProps, 'row' | 'hosts'>): JSX.Element | null {
  const { from, to, kind } = row;
  if (to === undefined || from === to)
    return from < 0 ? null : <i class={`dot k-${kind}`} style={{ left: place(from, hosts) }} />;
  const step = 0.36 / hosts;
  const known = (index: number): number => (index + 0.5) / hosts;
  const start = from >= 0 ? known(from) : known(to) - step;
  const end = to >= 0 ? known(to) : known(from) + step;
  const [left, right] = start < end ? [start, end] : [end, start];
  const lost = row.flags?.some((flag) => flag === 'unanswered' || flag === 'refused' || flag === 'no-sa');
  return (
    <i
      class={`arrow k-${kind} ${start < end ? 'right' : 'left'}${lost ? ' lost' : ''}${from < 0 || to < 0 ? ' stub' : ''}`}
      style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
    />
  );
}

function Details({
  row,
  hosts,
}: {
  readonly row: LadderRow | undefined;
  readonly hosts: readonly string[];
}): JSX.Element {
  if (!row) return <div class="details note">Choose a row to see what it holds; arrow keys go from row to row.</div>;
  const name = (index: number | undefined): string =>
    index === undefined || index < 0 ? 'elsewhere' : (hosts[index] ?? '');
  const ends = row.to === undefined ? name(row.from) : `${name(row.from)} to ${name(row.to)}`;
  const until = row.until === undefined ? '' : ` until ${clockText(row.until)}`;
  return (
    <div class="details" tabIndex={0} role="group" aria-label="Details of the row">
      <b>{row.text}</b>
      <div class="note">
        {ends}, {clockText(row.t)}
        {until}
        {row.count !== undefined && `, ${row.count} packets`}
        {row.flags && `, ${row.flags.join(', ')}`}
      </div>
      {row.details?.map((line) => (
        <div>{line}</div>
      ))}
    </div>
  );
}
