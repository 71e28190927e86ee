import { EspalierError } from '../base/errors.ts';
import { defaultSubstrate } from '../lab/substrate/all.ts';
import type { RunOptions } from '../model/run.ts';
import type { Rerun } from '../report/reporter.ts';
import { unnamed } from '../suites/all.ts';
import { refuseBuilt } from '../supply/kernel/refuse-built.ts';
import { readKconfig } from './kconfig.ts';
import { parseMachines, parseSeed, parseTimeout, usage, wholeNumber } from './option-values.ts';

/** Options of `espalier run` as commander gives them. */
export interface RawRunOptions {
  readonly substrate?: string;
  readonly kernel?: string;
  readonly kconfig?: string;
  readonly suite?: string;
  readonly overlay?: readonly string[];
  readonly source?: readonly string[];
  readonly flavour?: string;
  readonly helpers?: string;
  readonly grep?: string;
  readonly grepInvert?: string;
  readonly status: string;
  readonly lastFailed?: boolean;
  readonly shard?: string;
  readonly seed: string;
  readonly timeout?: string;
  readonly gap?: string;
  readonly machines?: string;
  readonly faults?: string;
  readonly coverage?: boolean;
  readonly checkers?: boolean;
  readonly retries: string;
  readonly repeatEach: string;
  readonly seeds?: string;
  readonly maxFailures?: string;
  readonly x?: boolean;
  readonly jobs?: string;
  readonly baseline?: string;
  readonly output?: string;
  readonly resume?: string;
  readonly reporter?: string;
  readonly list?: boolean;
  readonly trust?: boolean;
  readonly farm?: string;
  readonly farmLabels?: string;
  readonly spread?: boolean;
  readonly detach?: boolean;
  readonly attach?: string;
  readonly bisectExit?: boolean;
  readonly watch?: boolean;
  readonly failedFirst?: boolean;
}

/** What names one lab that is opened for a person: of `shell` and `gdb`. */
export type RawLabOptions = Pick<
  RawRunOptions,
  'seed' | 'kernel' | 'kconfig' | 'checkers' | 'suite' | 'overlay' | 'source' | 'flavour'
>;

/** How many seeds, from `first` on. */
function parseSeeds({ seeds = '1', retries }: RawRunOptions, first: string | undefined): number {
  const count = wholeNumber('--seeds', seeds, 1);
  if (count === 1) return count;
  if (first === undefined) throw new EspalierError('usage', '--seeds counts from --seed, which cannot be `none`');
  if (BigInt(first) + BigInt(count) > 1n << 64n) throw usage('--seeds', seeds, 'fewer, so that all are below 2^64');
  if (retries !== '0') {
    const remedy = 'leave out --retries; --repeat-each runs every seed several times';
    throw new EspalierError('usage', '--seeds reports every seed; --retries would hide some results', { remedy });
  }
  return count;
}

/** The options that are stored with a run, since a resumed session must use the same. */
export function parseRunOptions(raw: RawRunOptions): RunOptions {
  const seed = parseSeed(raw.seed);
  const seeds = parseSeeds(raw, seed);
  const { kernel, sources } = kernelAmongSources(raw);
  if (raw.flavour !== undefined && sources.length === 0) {
    throw new EspalierError('usage', '--flavour says how --source builds, and no daemon is built', {
      remedy: 'add --source NAME=DIR',
    });
  }
  const { coverage = false, checkers = false } = raw;
  if (kernel !== undefined) refuseBuilt(kernel, { coverage, checkers });
  if (raw.helpers !== undefined && raw.helpers !== 'upstream') throw usage('--helpers', raw.helpers, '`upstream`');
  return {
    substrate: raw.substrate ?? defaultSubstrate.name,
    ...(kernel !== undefined && { kernel }),
    ...(raw.suite !== undefined && { suite: raw.suite }),
    overlay: [...(raw.overlay ?? [])],
    ...(sources.length > 0 && { source: sources }),
    ...(raw.flavour !== undefined && { flavour: raw.flavour }),
    ...(raw.helpers !== undefined && { helpers: raw.helpers }),
    ...(seed !== undefined && { seed }),
    retries: wholeNumber('--retries', raw.retries, 0),
    repeatEach: wholeNumber('--repeat-each', raw.repeatEach, 1),
    ...(seeds > 1 && { seeds }),
    ...(raw.timeout !== undefined && { timeout: parseTimeout(raw.timeout) }),
    ...(raw.gap !== undefined && { gap: wholeNumber('--gap', raw.gap, 0) }),
    ...(raw.machines !== undefined && { machines: parseMachines(raw.machines) }),
    ...readKconfig(raw.kconfig),
    ...(coverage && { coverage }),
    ...(checkers && { checkers }),
    ...(raw.baseline !== undefined && { baseline: raw.baseline }),
  };
}

const linux = /^linux=(.+)$/;

/** `--source linux=DIR` is another way to say `--kernel DIR`. */
function kernelAmongSources({ kernel, source = [] }: RawRunOptions): { kernel: string | undefined; sources: string[] } {
  const trees = source.flatMap((one) => linux.exec(one)?.[1] ?? []);
  const [tree, other = tree === undefined ? undefined : kernel] = trees;
  if (other !== undefined) throw new EspalierError('usage', 'two kernels are named, and a run has one');
  return { kernel: kernel ?? tree, sources: source.filter((one) => !linux.test(one)) };
}

/** The selectors meant: where nothing is named, the suite of a tree of one's own. */
export async function effectiveSelectors(
  selectors: readonly string[],
  { suite, source = [] }: Pick<RawRunOptions, 'suite' | 'source'>,
): Promise<string[]> {
  if (selectors.length > 0) return [...selectors];
  const daemons = source.filter((one) => !linux.test(one));
  if (daemons.length > 0) {
    const { buildRecipe } = await import('../supply/source/recipes.ts');
    const { parseSource } = await import('../supply/source/request.ts');
    return [...new Set(daemons.map((one) => buildRecipe(parseSource(one).name).suites[0]))];
  }
  return [suite === undefined ? unnamed.suite : unnamed.ofTree];
}

function machineWords(machines: NonNullable<RunOptions['machines']>): string {
  return Object.entries(machines)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** The words that make `espalier run` repeat these options. */
function optionWords(options: RunOptions): string[] {
  const words: string[] = [];
  if (options.substrate !== defaultSubstrate.name) words.push('--substrate', options.substrate);
  if (options.kernel !== undefined) words.push('--kernel', options.kernel);
  if (options.suite !== undefined) words.push('--suite', options.suite);
  for (const overlay of options.overlay) words.push('--overlay', overlay);
  for (const source of options.source ?? []) words.push('--source', source);
  if (options.flavour !== undefined) words.push('--flavour', options.flavour);
  if (options.helpers !== undefined) words.push('--helpers', options.helpers);
  if (options.seed !== '1') words.push('--seed', options.seed ?? 'none');
  if (options.seeds !== undefined) words.push('--seeds', String(options.seeds));
  if (options.timeout !== undefined) words.push('--timeout', String(options.timeout));
  if (options.gap !== undefined) words.push('--gap', String(options.gap));
  if (options.machines !== undefined) words.push('--machines', machineWords(options.machines));
  if (options.faults !== undefined) words.push('--faults', options.faults.file);
  if (options.kconfig !== undefined) words.push('--kconfig', options.kconfig.file);
  if (options.coverage) words.push('--coverage');
  if (options.checkers) words.push('--checkers');
  return words;
}

/** How to run a scenario of a run again: the options in words, and where its suites lie. */
export function rerunOf(options: RunOptions): Rerun {
  return { options: optionWords(options), paths: options.paths ?? {} };
}
