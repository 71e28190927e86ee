import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { wordTable } from '../../src/model/words.ts';
import type { PastPoint } from '../../src/report/page/data-of-runs.ts';
import { ticksOf } from './plot-scale.ts';
import { duration } from './words.ts';

/** Durations of a point that can be drawn, with their names. */
export const measures = { virtualMs: 'virtual', wallMs: 'wall', cpuMs: 'CPU' } as const;
export type Measure = keyof typeof measures;

/** CSS pixels. */
const height = 170;
const edge = { top: 14, right: 18, bottom: 8, left: 62 } as const;

interface PlotProps {
  /** Oldest first. */
  readonly points: readonly PastPoint[];
  readonly measure: Measure;
  readonly pointed: number | undefined;
  readonly point: (index: number | undefined) => void;
}

function tickText(ms: number): string {
  return ms < 600_000 ? `${Number((ms / 1000).toFixed(2))} s` : duration(ms);
}

/** Durations of a test in all runs, oldest at the left: a sign per word, a line where it flipped. The table below says the same. */
export function DurationPlot({ points, measure, pointed, point }: PlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 800));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const ticks = ticksOf(Math.max(0, ...points.map((one) => one[measure] ?? 0)));
  const room = Math.max(10, width - edge.left - edge.right);
  const x = (index: number): number => edge.left + (room * (index + 0.5)) / points.length;
  const y = (ms: number): number =>
    height - edge.bottom - ((height - edge.top - edge.bottom) * ms) / (ticks.at(-1) ?? 1);
  const drawn = points.flatMap((one, index) =>
    one[measure] === undefined ? [] : [[x(index), y(one[measure])] as const],
  );
  return (
    <div class="plot" ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${measures[measure]} time in each run, as the table has it`}
      >
        {ticks.map((ms) => (
          <g class="tick">
            <line x1={edge.left} x2={width - edge.right} y1={y(ms)} y2={y(ms)} />
            <text x={edge.left - 8} y={y(ms) + 4} text-anchor="end">
              {tickText(ms)}
            </text>
          </g>
        ))}
        {points.map(
          ({ change }, index) =>
            change && <line class="flip" x1={x(index - 0.5)} x2={x(index - 0.5)} y1={2} y2={height - edge.bottom} />,
        )}
        <polyline points={drawn.map((place) => place.join(',')).join(' ')} />
        {points.map((one, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the rows of the table below do the same
          <g
            class={`point word-${one.word}${index === pointed ? ' here' : ''}`}
            onMouseEnter={() => point(index)}
            onMouseLeave={() => point(undefined)}
          >
            <circle cx={x(index)} cy={y(one[measure] ?? 0)} r={index === pointed ? 10 : 8} />
            <text x={x(index)} y={y(one[measure] ?? 0) + 4} text-anchor="middle">
              {wordTable[one.word].sign}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}
