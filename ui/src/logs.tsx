import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { LogData } from '../../src/report/page/data.ts';
import { type LabViewProps, rowAt } from './cursor.ts';
import { WindowList } from './window-list.tsx';
import { clockText } from './words.ts';

/** Logs of daemons and of the kernel; two stand side by side. */
export function Logs({ lab, cursor, point }: LabViewProps): JSX.Element {
  const [names, setNames] = useState<readonly number[]>([...lab.logs.keys()].slice(0, 2));
  const toggle = (index: number): void => {
    setNames(names.includes(index) ? names.filter((one) => one !== index) : [...names, index].slice(-2));
  };
  return (
    <div class="logs">
      <div class="log-names">
        {lab.logs.map(({ name, host }, index) => (
          <button type="button" class="toggle" aria-pressed={names.includes(index)} onClick={() => toggle(index)}>
            {host === undefined || name.startsWith(host) ? name : `${host}: ${name}`}
          </button>
        ))}
      </div>
      <div class="consoles">
        {names.map((index) => (
          <Log key={index} log={lab.logs[index] as LogData} cursor={cursor} point={point} />
        ))}
      </div>
    </div>
  );
}

function Log({ log, cursor, point }: Pick<LabViewProps, 'cursor' | 'point'> & { readonly log: LogData }): JSX.Element {
  const pane = `log ${log.name} ${log.host ?? ''}`;
  const moments = useMemo(() => new Map(log.times), [log]);
  const times = useMemo(() => log.times.map(([, t]) => t), [log]);
  const found = cursor && cursor.from !== pane && times.length > 0 ? log.times[rowAt(times, cursor.t)]?.[0] : undefined;
  const [chosen, setChosen] = useState<number>();
  const choose = (index: number): void => {
    setChosen(index);
    point(moments.get(index), pane);
  };
  const here = cursor?.from === pane ? chosen : found;
  return (
    <section class="console" aria-label={log.name}>
      <header>
        <b>{log.name}</b>
        <span class="note">
          {log.left === undefined ? '' : `left out: ${log.left}; `}
          {times.length === 0 ? 'its lines have no dates' : ''}
        </span>
      </header>
      <WindowList
        label={log.name}
        class="mono"
        count={log.lines.length}
        rowHeight={18}
        target={found === undefined || cursor === undefined ? undefined : { index: found, token: cursor.token }}
        current={chosen}
        choose={choose}
        row={(index) => {
          const t = moments.get(index);
          return (
            <div
              class={`output-row${index === here ? ' here' : ''}${t === undefined ? '' : ' dated'}`}
              title={t === undefined ? undefined : clockText(t)}
            >
              <bdi>{log.lines[index] || ' '}</bdi>
            </div>
          );
        }}
      />
    </section>
  );
}
