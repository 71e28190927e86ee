import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { LabData } from '../../src/report/page/data.ts';
import { type Axis, makeAxis } from './axis.ts';
import { Consoles } from './consoles.tsx';
import type { LabViewProps } from './cursor.ts';
import { Diffs } from './diffs.tsx';
import { Ladder } from './ladder.tsx';
import { Logs } from './logs.tsx';
import { SaTable } from './sa-table.tsx';
import { Strip } from './strip.tsx';
import { clockText } from './words.ts';

/** Moments that the ruler is made from: packets of flows lie between them. */
function axisOf({ ladder, end }: LabData, linear: boolean): Axis {
  const moments = ladder.filter(({ kind }) => kind !== 'other').map(({ t }) => t);
  return makeAxis([0, ...moments, end], linear);
}

/** What happened in the lab: one ruler above, the ladder, and beside it what was typed and logged. */
export function LabView({ lab, cursor, point }: LabViewProps): JSX.Element {
  const [linear, setLinear] = useState(false);
  const [wide, setWide] = useState('');
  const axis = useMemo(() => axisOf(lab, linear), [lab, linear]);
  const tabs = tabsOf(lab);
  const [tab, setTab] = useState(tabs[0]?.name ?? '');
  const Shown = tabs.find(({ name }) => name === tab)?.pane;
  return (
    <section class="lab" aria-label="What happened in the lab">
      <div class="lab-head">
        <h2>The lab</h2>
        <span class="note">
          virtual time from {lab.start.replace('T', ' ').replace('Z', '')}, {clockText(lab.end)}
        </span>
        {cursor && <output class="now">{clockText(cursor.t)}</output>}
        <span class="spread">
          {Shown &&
            ['ladder', 'side'].map((one) => (
              <button
                type="button"
                class="toggle"
                aria-pressed={wide === one}
                onClick={() => setWide(wide === one ? '' : one)}
              >
                {one === 'ladder' ? 'ladder' : tab} only
              </button>
            ))}
        </span>
        <button type="button" class="toggle" aria-pressed={linear} onClick={() => setLinear(!linear)}>
          linear ruler
        </button>
      </div>
      <Strip lab={lab} cursor={cursor} point={point} axis={axis} />
      <div class={`panes ${Shown ? wide : 'single'}`}>
        <Ladder lab={lab} cursor={cursor} point={point} />
        {Shown && (
          <div class="pane side">
            <div class="tabs" role="tablist" aria-label="Beside the ladder">
              {tabs.map(({ name, count }) => (
                <button
                  type="button"
                  role="tab"
                  aria-selected={name === tab}
                  aria-controls="side-pane"
                  onClick={() => setTab(name)}
                >
                  {name}
                  {count > 1 && <span class="tab-count">{count}</span>}
                </button>
              ))}
            </div>
            <div id="side-pane" role="tabpanel" aria-label={tab}>
              <Shown lab={lab} cursor={cursor} point={point} />
            </div>
          </div>
        )}
      </div>
    </section>
  );
}

interface Tab {
  readonly name: string;
  readonly count: number;
  readonly pane: (props: LabViewProps) => JSX.Element;
}

function tabsOf({ consoles, logs, sas }: LabData): Tab[] {
  const diffs = consoles.filter(({ diff }) => diff.length > 0).length;
  const tabs = [
    { name: 'consoles', count: consoles.filter(({ commands }) => commands.length > 0).length, pane: Consoles },
    { name: 'differences', count: diffs, pane: Diffs },
    { name: 'logs', count: logs.length, pane: Logs },
    { name: 'SAs', count: sas.length, pane: SaTable },
  ];
  return tabs.filter(({ count }) => count > 0);
}
