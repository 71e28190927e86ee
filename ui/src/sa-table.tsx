import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SaData } from '../../src/report/page/data.ts';
import type { LabViewProps } from './cursor.ts';
import { WindowList } from './window-list.tsx';
import { clockText } from './words.ts';

/** Every SA of every host, in words. */
export function SaTable({ lab, cursor, point }: LabViewProps): JSX.Element {
  const order = [...lab.sas].sort((a, b) => a.born - b.born);
  const [chosen, setChosen] = useState<number>();
  const choose = (index: number): void => {
    setChosen(index);
    point(order[index]?.born, 'sas');
  };
  const alive = ({ born, died }: SaData): boolean =>
    cursor !== undefined && born <= cursor.t && (died === undefined || died > cursor.t);
  return (
    <div class="sa-table">
      <WindowList
        label="SAs"
        count={order.length}
        rowHeight={58}
        current={chosen}
        choose={choose}
        row={(index) => {
          const sa = order[index] as SaData;
          const peer = sa.pair === undefined ? undefined : lab.sas[sa.pair];
          const other = peer === undefined ? 'no other end' : `other end on ${lab.hosts[peer.host]}`;
          return (
            <div class={`sa-row${alive(sa) ? ' here' : ''}${peer === undefined ? ' alone' : ''}`}>
              <div>
                <b>
                  {lab.hosts[sa.host]} {sa.protocol} {sa.direction} <code>{sa.spi}</code>
                </b>{' '}
                {clockText(sa.born)} to {sa.died === undefined ? 'the end' : `${clockText(sa.died)} (${sa.reason})`}
              </div>
              <div>
                {sa.text}; {other}; {sa.packets}
              </div>
              <div class="note">
                {sa.algorithms}; {sa.selector}
              </div>
            </div>
          );
        }}
      />
    </div>
  );
}
