import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CommandData, ConsoleData, ConsoleLine } from '../../src/report/page/data.ts';
import { type LabViewProps, targetOf } from './cursor.ts';
import { WindowList } from './window-list.tsx';
import { clockText } from './words.ts';

const rowHeight = 18;

/** The consoles of all hosts, side by side. */
export function Consoles({ lab, cursor, point }: LabViewProps): JSX.Element {
  const shown = lab.consoles.filter(({ commands }) => commands.length > 0);
  return (
    <div class="consoles">
      {shown.map((console) => (
        <Console key={console.host} console={console} cursor={cursor} point={point} />
      ))}
    </div>
  );
}

interface ConsoleRow {
  readonly t: number;
  readonly command: number;
  /** Absent: the command itself. */
  readonly line?: ConsoleLine;
}

function rowsOf({ commands }: ConsoleData, folded: ReadonlySet<number>): ConsoleRow[] {
  return commands.flatMap(({ t, output }, command): ConsoleRow[] => {
    const head = { t, command };
    if (folded.has(command)) return [head];
    return [head, ...output.map((line) => ({ t: line.t ?? t, command, line }))];
  });
}

function Console({
  console,
  cursor,
  point,
}: Pick<LabViewProps, 'cursor' | 'point'> & { readonly console: ConsoleData }): JSX.Element {
  const { host, commands } = console;
  const [folded, setFolded] = useState<ReadonlySet<number>>(
    () => new Set(commands.flatMap(({ after }, index) => (after ? [index] : []))),
  );
  const rows = useMemo(() => rowsOf(console, folded), [console, folded]);
  const times = useMemo(() => rows.map(({ t }) => t), [rows]);
  const pane = `console ${host}`;
  const target = targetOf(cursor, pane, times);
  const [chosen, setChosen] = useState<number>();
  const choose = (index: number): void => {
    setChosen(index);
    point(rows[index]?.t, pane);
  };
  const toggle = (index: number): void => {
    const next = new Set(folded);
    if (!next.delete(index)) next.add(index);
    setFolded(next);
  };
  const allFolded = folded.size === commands.length;
  return (
    <section class="console" aria-label={`Console of ${host}`}>
      <header>
        <b>{host}</b>
        <button type="button" class="quiet" onClick={() => setFolded(allFolded ? new Set() : new Set(commands.keys()))}>
          {allFolded ? 'unfold' : 'fold'} all
        </button>
      </header>
      <WindowList
        label={`Console of ${host}`}
        class="mono"
        count={rows.length}
        rowHeight={rowHeight}
        target={target}
        current={chosen}
        choose={choose}
        row={(index) => {
          const row = rows[index] as ConsoleRow;
          const command = commands[row.command] as CommandData;
          const here = cursor?.from === pane ? index === chosen : index === target?.index;
          if (row.line) return <OutputRow line={row.line} here={here} />;
          return (
            <CommandRow
              command={command}
              here={here}
              folded={folded.has(row.command)}
              toggle={() => toggle(row.command)}
            />
          );
        }}
      />
    </section>
  );
}

interface CommandRowProps {
  readonly command: CommandData;
  readonly here: boolean;
  readonly folded: boolean;
  readonly toggle: () => void;
}

function CommandRow({ command, here, folded, toggle }: CommandRowProps): JSX.Element {
  const { line, status, until, output, t } = command;
  const mark = until === undefined ? 'did not end' : status === 0 ? '' : `exit ${status}`;
  return (
    <div class={`command-row${here ? ' here' : ''}`} title={clockText(t)}>
      <button
        type="button"
        class="fold"
        tabIndex={-1}
        aria-expanded={!folded}
        aria-label={folded ? 'unfold' : 'fold'}
        disabled={output.length === 0}
        onClick={(event) => {
          event.stopPropagation();
          toggle();
        }}
      >
        {output.length === 0 ? '·' : folded ? '▸' : '▾'}
      </button>
      {mark !== '' && line !== '' && <span class="status">{mark}</span>}
      <bdi>{line === '' ? '(no command)' : line}</bdi>
      {folded && output.length > 0 && <span class="note"> {output.length} lines</span>}
    </div>
  );
}

function OutputRow({ line, here }: { readonly line: ConsoleLine; readonly here: boolean }): JSX.Element {
  return (
    <div class={`output-row${here ? ' here' : ''}`}>
      <bdi>
        <Styled line={line} />
      </bdi>
    </div>
  );
}

/** Text as a terminal showed it. Classes are checked: data files are no place to take class names from. */
function Styled({ line: { text, styles } }: { readonly line: ConsoleLine }): JSX.Element {
  if (!styles) return <>{text || ' '}</>;
  const parts: (string | JSX.Element)[] = [];
  let at = 0;
  for (const [begin, end, classes] of styles) {
    const known = classes.split(' ').filter((name) => /^(?:bold|faint|italic|under|inverse|[fb][0-7])$/.test(name));
    parts.push(
      text.slice(at, begin),
      <span class={known.map((name) => `ansi-${name}`).join(' ')}>{text.slice(begin, end)}</span>,
    );
    at = end;
  }
  return <>{[...parts, text.slice(at)]}</>;
}
