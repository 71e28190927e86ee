import { isFolder } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { warn } from '../../base/log.ts';
import { visible } from '../../base/visible.ts';
import { runsDir } from '../../store/layout.ts';
import type { PruneLimits } from '../../store/prune/plan.ts';
import { type PrunedRun, type PruneOutcome, pruneRuns } from '../../store/prune/prune-runs.ts';
import { wholeNumber } from '../option-values.ts';

/** Options as they were typed. */
export interface RawPruneOptions {
  readonly keepRuns?: string;
  readonly olderThan?: string;
  readonly maxSize?: string;
  readonly remove?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly output?: string;
}

/** `espalier prune`; returns the exit code. */
export async function pruneCommand(raw: RawPruneOptions): Promise<number> {
  const runs = runsDir(raw.output);
  const limits = limitsOf(raw);
  if (!isFolder(runs)) throw new EspalierError('usage', 'does not exist', { file: runs });
  const dryRun = raw.dryRun === true;
  const outcome = await pruneRuns(runs, { limits, dryRun, now: new Date() });
  for (const trouble of outcome.troubles) warn(trouble);
  process.stdout.write(
    raw.json ? `${JSON.stringify({ version: 1, dryRun, ...outcome })}\n` : visible(textOf(outcome, dryRun)),
  );
  if (outcome.troubles.length > 0 || outcome.runs.some(({ trouble }) => trouble)) return 2;
  return outcome.tooLarge ? 1 : 0;
}

const hour = 3_600_000;
const ages: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour };
const sizes: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

function limitsOf({ keepRuns, olderThan, maxSize, remove }: RawPruneOptions): PruneLimits {
  const limited = [keepRuns, olderThan, maxSize].some((limit) => limit !== undefined);
  if (remove && !limited) {
    throw new EspalierError('usage', '--remove needs a limit: which runs?', {
      remedy: 'give --older-than, --max-size or --keep-runs',
    });
  }
  return {
    keepRuns: keepRuns === undefined ? 1 : wholeNumber('--keep-runs', keepRuns, 0),
    onlyNewest: keepRuns !== undefined && olderThan === undefined && maxSize === undefined,
    ...(olderThan !== undefined && {
      olderThan: { milliseconds: quantity('--older-than', olderThan, ages), rule: `--older-than ${olderThan}` },
    }),
    ...(maxSize !== undefined && {
      maxSize: { bytes: quantity('--max-size', maxSize, sizes), rule: `--max-size ${maxSize}` },
    }),
    remove: remove === true,
  };
}

function quantity(option: string, text: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([A-Za-z])$/.exec(text) ?? [];
  const factor = units[unit];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  const known = Object.keys(units).map((one) => `20${one}`);
  throw new EspalierError('usage', `${option} ${text} is not understood`, {
    remedy: `give one like ${known.join(', ')}`,
  });
}

/** A line per run of which there is something to say, and what all came to. */
function textOf({ runs, before, after, tooLarge }: PruneOutcome, dryRun: boolean): string {
  const lines = runs.flatMap((run) => {
    const told = tellings(run);
    return told.length === 0
      ? []
      : [`${run.id}  ${told.join(', ')}  ${sizeText(run.before)} -> ${sizeText(run.after)}`];
  });
  const medians = runs.flatMap(({ id, passing, passingMedian }) =>
    passingMedian === undefined
      ? []
      : [`${id}  ${passing} with artifacts, ${sizeText(passingMedian)} each on the median`],
  );
  const end = `${runs.length} runs: ${sizeText(before)} -> ${sizeText(after)}${dryRun ? ' (nothing was done)' : ''}`;
  return [
    ...lines,
    ...(medians.length > 0 ? ['', 'passing attempts', ...medians] : []),
    '',
    ...(tooLarge
      ? ['still larger than --max-size: what is left did not pass, is in use, or is among --keep-runs']
      : []),
    end,
    '',
  ]
    .join('\n')
    .replace(/^\n/, '');
}

function tellings({ action, rule, spared, packed, thinned, leftovers, inputs }: PrunedRun): string[] {
  const counts: [number, string][] = [
    [packed, 'passing attempts packed'],
    [thinned, 'passing attempts without artifacts now'],
    [leftovers, 'leftovers removed'],
    [inputs, 'unused inputs removed'],
  ];
  const done = action === 'kept' ? [] : [`${action} by ${rule}`];
  const told = counts.flatMap(([count, what]) => (count > 0 && action !== 'removed' ? [`${count} ${what}`] : []));
  return [...done, ...(spared === undefined ? [] : [spared]), ...told];
}

function sizeText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, at] = [bytes, 0];
  while (value >= 1024 && at < units.length - 1) [value, at] = [value / 1024, at + 1];
  return `${value >= 100 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
