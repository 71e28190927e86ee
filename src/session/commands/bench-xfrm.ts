import { basename, resolve } from 'node:path';
import { readPlain } from '../../base/door/read.ts';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { defaultSubstrate } from '../../lab/substrate/all.ts';
import { LabSupply } from '../../lab/supply.ts';
import { type XfrmBench, xfrmBenchSchema } from '../../model/xfrm-bench.ts';
import { xfrmBenchPage } from '../../report/page/xfrm-bench-page.ts';
import { xfrmBenchText } from '../../report/terminal/xfrm-bench-text.ts';
import { mergedBenches } from '../../results/xfrm-bench/merge.ts';
import { gridOf, mostEntries } from '../xfrm-bench/grid.ts';
import { runXfrmBench } from '../xfrm-bench/run-bench.ts';

export interface BenchXfrmOptions {
  readonly kernel?: readonly string[];
  readonly against?: string;
  readonly min: string;
  readonly max: string;
  readonly variants?: string;
  readonly operations?: string;
  readonly repeats?: string;
  readonly limit: string;
  readonly json?: boolean;
  readonly save?: string;
  readonly html?: string;
  readonly from?: readonly string[];
}

/** `espalier bench xfrm`. Raises what a lab raises. */
export async function benchXfrmCommand(options: BenchXfrmOptions): Promise<void> {
  const bench = options.from === undefined ? await measured(options) : storedTogether(options.from);
  if (options.save !== undefined) writePlain(resolve(options.save), jsonOf(bench));
  if (options.html !== undefined) writePlain(resolve(options.html), xfrmBenchPage(bench));
  process.stdout.write(options.json ? jsonOf(bench) : xfrmBenchText(bench));
}

function jsonOf(bench: XfrmBench): string {
  return `${JSON.stringify(bench, undefined, 1)}\n`;
}

async function measured(options: BenchXfrmOptions): Promise<XfrmBench> {
  const { variants, operations, repeats } = options;
  const grid = gridOf({
    min: within('--min', options.min, mostEntries),
    max: within('--max', options.max, mostEntries),
    variants,
    operations,
    repeats: repeats === undefined ? undefined : within('--repeats', repeats, 1000),
  });
  const limitSeconds = Number(options.limit);
  if (!(limitSeconds > 0)) throw new EspalierError('usage', `--limit takes seconds, not ${options.limit}`);
  await defaultSubstrate.check();
  const signal = interruption();
  const kernels = selections(options).map((kernel) => ({
    ...(kernel !== undefined && { name: basename(resolve(kernel)) }),
    supply: new LabSupply(defaultSubstrate, { kernel, signal }),
  }));
  return runXfrmBench(kernels, grid, limitSeconds);
}

/** The kernels of a command line; `undefined`: the one that labs usually boot. */
function selections({ kernel = [], against }: BenchXfrmOptions): (string | undefined)[] {
  if (against === undefined) return kernel.length === 0 ? [undefined] : [...kernel];
  return kernel.length === 0 ? [undefined, against] : [...kernel, against];
}

function within(option: string, text: string, most: number): number {
  const value = Number(text.replaceAll(',', ''));
  if (Number.isInteger(value) && value > 0 && value <= most) return value;
  throw new EspalierError('usage', `${option} takes a number from 1 to ${most}, not ${text}`);
}

function storedTogether([first = '', ...others]: readonly string[]): XfrmBench {
  return mergedBenches([stored(first), ...others.map(stored)]);
}

function stored(file: string): XfrmBench {
  const path = resolve(file);
  const text = readPlain(path);
  if (text === undefined) throw new EspalierError('usage', 'there is no such file', { file: path });
  try {
    return xfrmBenchSchema.parse(JSON.parse(text.toString('utf8')));
  } catch (cause) {
    throw new EspalierError('usage', 'this is no result of `espalier bench xfrm`', { file: path, cause });
  }
}
