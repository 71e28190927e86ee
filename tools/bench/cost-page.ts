/** A page with plots of what labs cost over commits: one file, no scripts. */
import type { Measurement } from './measurement.ts';

const size = { width: 900, height: 220, left: 70, right: 20, top: 20, bottom: 40 };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
}

interface Point {
  readonly value: number;
  /** Extremes, where they were measured. */
  readonly low?: number;
  readonly high?: number;
  readonly commit: Measurement['commit'];
  readonly title: string;
}

/** What a plot shows of a lab. */
interface Series {
  readonly title: string;
  readonly points: readonly Point[];
}

/** Commits in the order in which they were measured; one that was measured again stands where it was last. */
function ordered(measurements: readonly Measurement[]): Measurement[] {
  const last = new Map<string, Measurement>();
  for (const one of measurements) {
    const key = `${one.commit.hash} ${one.commit.changed} ${one.against.hash}`;
    last.delete(key);
    last.set(key, one);
  }
  return [...last.values()];
}

function seriesOf(lab: string, measurements: readonly Measurement[]): Series[] {
  const found: Series[] = [];
  const groups = Map.groupBy(measurements, ({ against }) => against.hash);
  for (const [hash, group] of groups) {
    const base = `${hash.slice(0, 12)} ${group[0]?.against.subject ?? ''}`;
    for (const what of ['lab', 'command'] as const) {
      const points = group.flatMap(({ labs, commit, rounds, machine }): Point[] => {
        const ratio = labs[lab]?.[what];
        if (ratio === undefined) return [];
        const { median: value, low, high } = ratio;
        return [{ value, low, high, commit, title: `${rounds} rounds, ${machine}` }];
      });
      found.push({ title: `CPU of the ${what} by that of ${base}`, points });
    }
  }
  for (const [key, title] of [
    ['handOvers', 'hand-overs'],
    ['pageFaults', 'page faults'],
  ] as const) {
    const points = measurements.flatMap(({ labs, commit, machine }): Point[] => {
      const value = labs[lab]?.[key];
      return value === undefined ? [] : [{ value, commit, title: machine }];
    });
    found.push({ title, points });
  }
  return found.filter(({ points }) => points.length > 0);
}

/** Places of the values; the lower edge is zero, so that heights can be compared. */
function plot({ title, points }: Series): string {
  const { width, height, left, right, top, bottom } = size;
  const most = Math.max(...points.map(({ value, high = value }) => high)) * 1.1;
  const step = (width - left - right) / points.length;
  const x = (index: number): number => left + step * (index + 0.5);
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / most);
  const line = points.map(({ value }, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const text = (value: number): string => (most < 20 ? value.toFixed(3) : value.toLocaleString('en'));
  const marks = points.map(({ value, low, high, commit, title: more }, index) => {
    const at = x(index).toFixed(1);
    const name = `${commit.hash.slice(0, 8)}${commit.changed ? '+' : ''}`;
    const spread =
      low === undefined || high === undefined
        ? ''
        : `<line class="spread" x1="${at}" x2="${at}" y1="${y(low).toFixed(1)}" y2="${y(high).toFixed(1)}"/>`;
    const told = `${name} ${commit.subject}: ${text(value)}${low === undefined || high === undefined ? '' : ` (${text(low)} to ${text(high)})`}; ${more}`;
    return `${spread}<circle cx="${at}" cy="${y(value).toFixed(1)}" r="4"><title>${escaped(told)}</title></circle>
<text x="${at}" y="${(y(value) - 9).toFixed(1)}" class="value">${text(value)}</text>
<text x="${at}" y="${height - bottom + 18}" class="commit">${escaped(name)}</text>`;
  });
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<line class="axis" x1="${left}" x2="${width - right}" y1="${height - bottom}" y2="${height - bottom}"/>
<polyline points="${line}"/>
${marks.join('\n')}
</svg></figure>`;
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto}polyline{fill:none;stroke:#2864b4;stroke-width:1.5}
circle{fill:#2864b4}.spread{stroke:#2864b4;stroke-width:6;opacity:.25}.axis{stroke:#999}
text{font-size:11px;text-anchor:middle;fill:currentColor}
@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}polyline,.spread{stroke:#7ab0f5}circle{fill:#7ab0f5}}`;

/** The page of all measurements. */
export function costPage(measurements: readonly Measurement[]): string {
  const all = ordered(measurements);
  const labs = [...new Set(all.flatMap((one) => Object.keys(one.labs)))];
  const sections = labs.map((lab) => {
    return `<h2>${escaped(lab)}</h2>\n${seriesOf(lab, all).map(plot).join('\n')}`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What labs cost</title><style>${style}</style></head>
<body><h1>What labs cost</h1>
<p>Each commit in turns with another one: the median of the ratios of neighbours in time, and their extremes. Counts repeat with the seed.</p>
${sections.join('\n')}
</body></html>
`;
}
