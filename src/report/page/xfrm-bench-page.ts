import type { BenchCurve, XfrmBench } from '../../model/xfrm-bench.ts';
import { benchOperations, benchTables, benchVariants } from '../../model/xfrm-bench-catalogue.ts';
import { escaped } from '../escaped.ts';
import { cellOf } from '../terminal/xfrm-bench-text.ts';
import { logPlot } from './log-plot.ts';

/** What was measured as a page of its own: one file without scripts, with a plot for each operation. */
export function xfrmBenchPage(bench: XfrmBench): string {
  const { kernels, machine, limitSeconds, unsupported } = bench;
  const title = `XFRM by count: ${kernels.map(({ name }) => name).join(' and ')}`;
  const missing = unsupported.map(
    ({ kernel, table, variant, reason }) =>
      `<li>${escaped(`${table}/${variant} with ${kernels[kernel]?.name}: ${reason}`)}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th, td { border: 1px solid #999; padding: 3px 8px; text-align: right; }
th { text-align: left; background: #f2f2f2; }
.flag { background: #f8e0e0; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5em; }
figure { margin: 0; width: 560px; max-width: 100%; }
figcaption { font-weight: 600; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg path { fill: none; stroke-width: 1.6; }
svg .grid { stroke: #ddd; stroke-width: 1; }
.legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1em; }
.legend svg { vertical-align: middle; }
.scroll { overflow-x: auto; }
</style>
<h1>${escaped(title)}</h1>
<p>CPU of the lab’s kernel, as the machine’s kernel counts it: ${escaped(machine.cpu)}, Linux ${escaped(machine.kernel)}.
Points are medians, bars reach from the lowest to the highest repeat. A flat line is a cost that does not depend on the number of entries.
A cross ends a curve whose next point takes more than ${limitSeconds} s of CPU.</p>
<ul>${kernels.map(({ name, id }) => `<li>${escaped(name)}: <code>${escaped(id)}</code></li>`).join('')}</ul>
${benchTables.map((table) => section(bench, table)).join('\n')}
${memory(bench)}
${missing.length === 0 ? '' : `<h2>Not there</h2>\n<ul>${missing.join('\n')}</ul>`}
</html>
`;
}

function section(bench: XfrmBench, table: BenchCurve['table']): string {
  const curves = bench.curves.filter((curve) => curve.table === table);
  if (curves.length === 0) return '';
  const operations = benchOperations.filter((one) => one.table === table);
  const plots = operations.map(({ name, per, about }) =>
    logPlot({
      title: `${name}: ${about}`,
      x: 'entries of the table',
      y: `µs of kernel CPU per ${per}`,
      series: curves.filter(({ operation }) => operation === name).map((curve) => seriesOf(bench, curve)),
    }),
  );
  return `<h2>${table === 'policy' ? 'Policies' : 'SAs'}</h2>
<ul>${variantsOf(curves).join('')}</ul>
<div class="plots">${plots.join('\n')}</div>
<h3>Numbers</h3>
<div class="scroll">${numbers(bench, curves)}</div>`;
}

function variantsOf(curves: readonly BenchCurve[]): string[] {
  const known = benchVariants.filter(({ table, name }) =>
    curves.some((curve) => curve.table === table && curve.variant === name),
  );
  return known.map(({ name, about }) => `<li><b>${escaped(name)}</b>: ${escaped(about)}</li>`);
}

function seriesOf({ kernels }: XfrmBench, { kernel, variant, points, ended }: BenchCurve) {
  const name = kernels.length > 1 ? `${variant}, ${kernels[kernel]?.name}` : variant;
  return {
    name,
    colour: benchVariants.findIndex((one) => one.name === variant) % 8,
    dashed: kernel > 0,
    ended: ended?.count,
    points: points.map(({ count, medianUs, lowestUs, highestUs }) => ({
      x: count,
      y: medianUs,
      low: lowestUs,
      high: highestUs,
    })),
  };
}

function numbers({ kernels }: XfrmBench, curves: readonly BenchCurve[]): string {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ count }) => count)))].sort((a, b) => a - b);
  const head = [
    'variant',
    'operation',
    'kernel',
    'per',
    ...counts.map((count) => count.toLocaleString('en-US')),
    'slope all / last',
    'flag',
  ];
  const rows = curves.map((curve) => {
    const cells = counts.map((count) => cellOf(curve, count));
    const slope = curve.slope === undefined ? '' : `${curve.slope.all.toFixed(2)} / ${curve.slope.last.toFixed(2)}`;
    const words = [curve.variant, curve.operation, kernels[curve.kernel]?.name ?? '', curve.per].map(
      (word) => `<th>${escaped(word)}</th>`,
    );
    const flag = `<td${curve.flag === undefined ? '' : ' class="flag"'}>${curve.flag ?? ''}</td>`;
    return `<tr>${words.join('')}${[...cells, slope].map((cell) => `<td>${cell}</td>`).join('')}${flag}</tr>`;
  });
  return `<table><thead><tr>${head.map((word) => `<th scope="col">${word}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>`;
}

function memory({ memory: all, kernels }: XfrmBench): string {
  if (all.length === 0) return '';
  const rows = all.map(
    ({ kernel, table, variant, count, bytesPerEntry }) =>
      `<tr><th>${escaped(`${table}/${variant}`)}</th><th>${escaped(kernels[kernel]?.name ?? '')}</th><td>${count.toLocaleString('en-US')}</td><td>${Math.round(bytesPerEntry)}</td></tr>`,
  );
  return `<h2>Memory</h2>
<p>Growth of SUnreclaim by adding all entries, per entry.</p>
<table><thead><tr><th scope="col">entries</th><th scope="col">kernel</th><th scope="col">count</th><th scope="col">bytes</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>`;
}
