import { table } from '../../base/text.ts';
import type { BenchCurve, BenchPoint, XfrmBench } from '../../model/xfrm-bench.ts';

/** Three digits that count. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** Half of what lies between the lowest and the highest, in percent of the median. */
export function spreadPercent({ medianUs, lowestUs, highestUs }: BenchPoint): number {
  return medianUs === 0 ? 0 : Math.round((50 * (highestUs - lowestUs)) / medianUs);
}

/** CPU as the bench writes it: `61 s`, `900 ms`. */
export function cpuText(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1000)} s`;
}

/** What a curve has at a count: the cost, why it ends there, or nothing. */
export function cellOf(curve: BenchCurve, count: number): string {
  const point = curve.points.find((one) => one.count === count);
  if (point !== undefined) return `${shortNumber(point.medianUs)} ±${spreadPercent(point)}%`;
  if (curve.ended?.count !== count) return '';
  return `${curve.ended.what === 'preparation' ? 'filling ' : ''}over ${cpuText(curve.ended.cpuMs)}`;
}

function lineOf(curve: BenchCurve, counts: readonly number[], kernel: string | undefined): string[] {
  const { operation, per, slope, flag } = curve;
  const cells = counts.map((count) => cellOf(curve, count));
  const slopes = slope === undefined ? '' : `${slope.all.toFixed(2)} / ${slope.last.toFixed(2)}`;
  return [operation, ...(kernel === undefined ? [] : [kernel]), per, ...cells, slopes, flag ?? ''];
}

function memoryLines({ memory, kernels }: XfrmBench): string[] {
  if (memory.length === 0) return [];
  const rows = memory.map(({ kernel, table: of, variant, count, bytesPerEntry, slabs }) => [
    `${of}/${variant}`,
    ...(kernels.length > 1 ? [kernels[kernel]?.name ?? ''] : []),
    String(count),
    `${Math.round(bytesPerEntry)} bytes`,
    slabs.map(({ name, objects, bytes }) => `${name}: ${objects} of ${bytes}`).join(', '),
  ]);
  return ['memory per entry (growth of SUnreclaim)', ...table(rows).map((line) => `  ${line}`), ''];
}

/** The curves as tables, one for each kind of entries; numbers are µs of kernel CPU per entry or per packet. */
export function xfrmBenchText(bench: XfrmBench): string {
  const { kernels, curves, unsupported, machine } = bench;
  const lines = [
    ...kernels.map(({ name, id }) => `kernel ${name === id ? id : `${name} (${id})`}`),
    `on ${machine.cpu}, Linux ${machine.kernel}`,
    'µs of kernel CPU per entry or packet: median, and half of the spread in percent',
    '',
  ];
  const names = [...new Set(curves.map((one) => `${one.table}/${one.variant}`))];
  for (const name of names) {
    const mine = curves.filter((one) => `${one.table}/${one.variant}` === name);
    const counts = [...new Set(mine.flatMap(countsOf))].sort((a, b) => a - b);
    const operations = [...new Set(mine.map(({ operation }) => operation))];
    const several = kernels.length > 1;
    const head = ['', ...(several ? ['kernel'] : []), 'per', ...counts.map(String), 'slope all / last', ''];
    const rows = operations.flatMap((operation) =>
      mine
        .filter((one) => one.operation === operation)
        .map((one) => lineOf(one, counts, several ? (kernels[one.kernel]?.name ?? '') : undefined)),
    );
    lines.push(name, ...table([head, ...rows]).map((line) => `  ${line}`), '');
  }
  lines.push(...memoryLines(bench));
  for (const { kernel, table: of, variant, reason } of unsupported)
    lines.push(`${of}/${variant}: not with ${kernels[kernel]?.name}: ${reason}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function countsOf({ points, ended }: BenchCurve): number[] {
  return [...points.map(({ count }) => count), ...(ended === undefined ? [] : [ended.count])];
}
