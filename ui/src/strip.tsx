import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { LabData, RowKind, SaData } from '../../src/report/page/data.ts';
import type { Axis } from './axis.ts';
import type { LabViewProps } from './cursor.ts';
import { type Lane, lanesOf } from './lanes.ts';
import { clockText } from './words.ts';

const ticks = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875];

/** All of the lab on one ruler: a line of commands and lanes of SAs for each host. The tables below say the same in words. */
export function Strip({ lab, cursor, point, axis }: LabViewProps & { readonly axis: Axis }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [lit, setLit] = useState<number>();
  const lanes = useMemo(() => lanesOf(lab.sas), [lab]);
  const percent = (t: number): string => `${(100 * axis.place(t)).toFixed(3)}%`;
  const click = (event: MouseEvent): void => {
    const area = box.current?.getBoundingClientRect();
    if (area) point(Math.round(axis.time((event.clientX - area.left) / area.width)), 'strip');
  };
  return (
    <div class="strip" aria-hidden="true">
      <div class="strip-names">
        <div class="strip-ruler" />
        {lab.hosts.map((host, index) => (
          <div class="strip-host" style={{ height: `${heightOf(lanes, index)}px` }}>
            {host}
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: hidden from readers; ladder and tables go to the same moments by key */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the same */}
      <div class="strip-area" ref={box} onClick={click}>
        <div class="strip-ruler">
          {ticks.map((place) => (
            <span style={{ left: `${100 * place}%` }}>
              {clockText(Math.round(axis.time(place))).replace(/(\.\d)\d+$/, '$1')}
            </span>
          ))}
        </div>
        {lab.hosts.map((_, index) => (
          <div class="strip-host" style={{ height: `${heightOf(lanes, index)}px` }}>
            <Marks lab={lab} host={index} percent={percent} />
            {lanes
              .filter(({ sa }) => sa.host === index)
              .map((lane) => (
                <Bar lane={lane} lab={lab} lit={lit} setLit={setLit} percent={percent} point={point} />
              ))}
          </div>
        ))}
        {cursor && <div class="strip-cursor" style={{ left: percent(cursor.t) }} />}
      </div>
    </div>
  );
}

const laneHeight = 10;
const marksHeight = 15;

function heightOf(lanes: readonly Lane[], host: number): number {
  const own = lanes.filter(({ sa }) => sa.host === host);
  return marksHeight + laneHeight * Math.max(0, ...own.map(({ lane }) => lane + 1)) + 4;
}

interface MarksProps {
  readonly lab: LabData;
  readonly host: number;
  readonly percent: (t: number) => string;
}

/** What a host typed and sent: strokes, taller for commands; leaks and incidents stand out by form. */
function Marks({ lab, host, percent }: MarksProps): JSX.Element {
  const own = lab.ladder.filter(({ from, kind }) => from === host && isStroke(kind));
  // What is nobody's own happened in the kernel, which all hosts share.
  const incidents = lab.ladder.filter(({ from, kind }) => kind === 'incident' && (from === host || from < 0));
  return (
    <>
      {own.slice(0, 1500).map(({ kind, t }) => (
        <i class={`mark k-${kind}`} style={{ left: percent(t) }} />
      ))}
      {incidents.map(({ t, text, flags = [] }) => (
        <i
          class={`mark k-incident ${flags.join(' ')}`}
          style={{ left: percent(t) }}
          title={[`${clockText(t)} ${text}`, ...flags].join(', ')}
        />
      ))}
    </>
  );
}

function isStroke(kind: RowKind): boolean {
  return kind !== 'other' && kind !== 'sa' && kind !== 'incident';
}

interface BarProps extends Pick<MarksProps, 'lab' | 'percent'>, Pick<LabViewProps, 'point'> {
  readonly lane: Lane;
  readonly lit: number | undefined;
  readonly setLit: (index: number | undefined) => void;
}

function Bar({ lane: { sa, index, lane }, lab, lit, setLit, percent, point }: BarProps): JSX.Element {
  const left = percent(sa.born);
  const right = percent(sa.died ?? lab.end);
  const shown = lit !== undefined && (lit === index || sa.pair === lit || sa.chain === lab.sas[lit]?.chain);
  const click = (event: MouseEvent): void => {
    event.stopPropagation();
    point(sa.born, 'strip');
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: as the area around it
    // biome-ignore lint/a11y/noStaticElementInteractions: the same
    <div
      class={`sa-bar ${sa.direction ?? ''} ${sa.died === undefined ? 'open' : ''} ${lit === index || sa.pair === lit ? 'lit' : shown ? 'chain' : ''}`}
      style={{ left, width: `max(3px, calc(${right} - ${left}))`, top: `${marksHeight + lane * laneHeight}px` }}
      title={titleOf(sa)}
      onMouseEnter={() => setLit(index)}
      onMouseLeave={() => setLit(undefined)}
      onClick={click}
    >
      <span>{sa.spi}</span>
    </div>
  );
}

function titleOf({
  protocol,
  direction,
  spi,
  text,
  algorithms,
  selector,
  packets,
  born,
  died,
  reason,
}: SaData): string {
  const life = `${clockText(born)} to ${died === undefined ? 'the end' : `${clockText(died)}, ${reason}`}`;
  return [`${protocol} ${direction ?? ''} ${spi}`, text, algorithms, selector, packets, life].join('\n');
}
