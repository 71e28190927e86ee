import { escaped } from '../escaped.ts';

/** A point with its error bar. All values are above zero. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** One line of a plot. */
export interface PlotSeries {
  readonly name: string;
  readonly points: readonly PlotPoint[];
  /** Index of its colour; series of one colour differ in their dashes. */
  readonly colour: number;
  readonly dashed: boolean;
  /** x at which it was ended because it took too much. */
  readonly ended?: number | undefined;
}

/** A plot with two logarithmic axes. */
export interface LogPlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly PlotSeries[];
}

/** Colours that people with any colour vision can tell apart (Okabe and Ito, 2008). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8a7a00'];

const size = { width: 560, height: 340, left: 62, right: 32, top: 14, bottom: 44 } as const;

/** Whole decades around the values; one at least. */
export function decades(values: readonly number[]): { readonly from: number; readonly to: number } {
  const from = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const to = Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  return { from, to: Math.max(to, from + 1) };
}

interface Axis {
  readonly from: number;
  readonly to: number;
  at(value: number): number;
}

function axis(values: readonly number[], low: number, high: number): Axis {
  const { from, to } = decades(values);
  return { from, to, at: (value) => low + ((Math.log10(value) - from) / (to - from)) * (high - low) };
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

function ticks({ from, to }: Axis): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

const tickText = (value: number): string =>
  value >= 1 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(1)));

function grid(x: Axis, y: Axis, plot: LogPlot): string[] {
  const { width, height, left, right, top, bottom } = size;
  const [low, end] = [height - bottom, width - right];
  const text = (at: string, content: string): string => `<text ${at}>${escaped(content)}</text>`;
  return [
    ...ticks(x).flatMap((value) => [
      `<path class="grid" d="M${round(x.at(value))} ${top}V${low}"/>`,
      text(`x="${round(x.at(value))}" y="${low + 16}" text-anchor="middle"`, tickText(value)),
    ]),
    ...ticks(y).flatMap((value) => [
      `<path class="grid" d="M${left} ${round(y.at(value))}H${end}"/>`,
      text(`x="${left - 6}" y="${round(y.at(value) + 4)}" text-anchor="end"`, tickText(value)),
    ]),
    text(`x="${(left + end) / 2}" y="${height - 8}" text-anchor="middle"`, plot.x),
    text(`x="14" y="${(top + low) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(top + low) / 2})"`, plot.y),
  ];
}

function drawn({ name, points, colour, dashed, ended }: PlotSeries, x: Axis, y: Axis): string {
  const stroke = colours[colour % colours.length] as string;
  const place = (one: PlotPoint): string => `${round(x.at(one.x))} ${round(y.at(one.y))}`;
  const line =
    points.length > 1 ? `<path d="M${points.map(place).join('L')}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>` : '';
  const marks = points.map((one) => {
    const bar = `M${round(x.at(one.x))} ${round(y.at(one.low))}V${round(y.at(one.high))}`;
    return `<path d="${bar}"/><circle cx="${round(x.at(one.x))}" cy="${round(y.at(one.y))}" r="2.6" fill="${dashed ? '#fff' : stroke}"/>`;
  });
  const last = points.at(-1);
  const end = ended === undefined || last === undefined ? '' : `<path d="${cross(x.at(ended), y.at(last.y))}"/>`;
  return `<g stroke="${stroke}"><title>${escaped(name)}</title>${line}${marks.join('')}${end}</g>`;
}

/** Where a curve had to end. */
function cross(x: number, y: number): string {
  const arm = 4;
  return `M${round(x - arm)} ${round(y - arm)}L${round(x + arm)} ${round(y + arm)}M${round(x - arm)} ${round(y + arm)}L${round(x + arm)} ${round(y - arm)}`;
}

function legend(series: readonly PlotSeries[]): string {
  const items = series.map(({ name, colour, dashed, ended }) => {
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    const sample = `<svg width="26" height="10" aria-hidden="true"><path d="M1 5H25" stroke="${colours[colour % colours.length]}" stroke-width="2"${dash}/></svg>`;
    return `<li>${sample} ${escaped(name)}${ended === undefined ? '' : ` (ended at ${tickText(ended)})`}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** The plot as a figure: SVG and a legend. Empty where there is nothing above zero to draw. */
export function logPlot(plot: LogPlot): string {
  const series = plot.series.map((one) => ({ ...one, points: one.points.filter(({ y }) => y > 0).map(visibleBar) }));
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return '';
  const { width, height, left, right, top, bottom } = size;
  const ends = series.flatMap(({ ended }) => (ended === undefined ? [] : [ended]));
  const x = axis([...points.map((one) => one.x), ...ends], left, width - right);
  const y = axis(
    points.flatMap((one) => [one.low, one.high]),
    height - bottom,
    top,
  );
  const body = [...grid(x, y, plot), ...series.map((one) => drawn(one, x, y))];
  return `<figure><figcaption>${escaped(plot.title)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(plot.title)}">
${body.join('\n')}
</svg>
${legend(series)}</figure>`;
}

/** A logarithmic axis has no zero: a bar that reaches it ends a decade below its point. */
function visibleBar(point: PlotPoint): PlotPoint {
  return { ...point, low: point.low > 0 ? point.low : point.y / 10 };
}
