import { hostname } from 'node:os';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import { labelPattern, labelRule } from '../../farm/wire/protocol.ts';
import { machineName } from '../../farm/worker/machine.ts';
import { labsAtOnce } from '../../lab/machine.ts';
import { openFarm } from '../farm/open.ts';
import { ownLabels, runWorker } from '../farm/worker.ts';
import { wholeNumber } from '../option-values.ts';

/** Options of `espalier worker`. */
export interface WorkerCommandOptions {
  readonly farm?: string;
  readonly jobs?: string;
  readonly labels?: string;
  readonly name?: string;
  readonly machine?: string;
  readonly cacheLimit: string;
  readonly drain: string;
}

const gibi = 1024 ** 3;

/** `espalier worker`: works until it is interrupted; returns the exit code. */
export async function workerCommand(options: WorkerCommandOptions): Promise<number> {
  const signal = interruption();
  const jobs = options.jobs === undefined ? undefined : wholeNumber('--jobs', options.jobs, 1);
  const cacheLimit = wholeNumber('--cache-limit', options.cacheLimit, 1) * gibi;
  const drainMs = wholeNumber('--drain', options.drain, 0) * 1000;
  using client = await openFarm(options.farm, 'worker');
  const { labels, refused } = await ownLabels();
  for (const reason of refused) say(`this machine takes no jobs of ${reason}`);
  const own = options.labels?.split(',').filter(Boolean) ?? [];
  const wrong = own.find((label) => !labelPattern.test(label));
  if (wrong !== undefined) throw new EspalierError('usage', `--labels ${wrong}: ${labelRule}`);
  await runWorker({
    client,
    name: options.name ?? `${hostname()}-${process.pid}`,
    machine: options.machine ?? machineName(),
    slots: labsAtOnce(jobs),
    labels: [...labels, ...own],
    cacheLimit,
    drainMs,
    signal,
  });
  return 0;
}
