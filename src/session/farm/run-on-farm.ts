import { describeError, EspalierError } from '../../base/errors.ts';
import { shortPath } from '../../base/folders.ts';
import { say } from '../../base/log.ts';
import type { FarmClient } from '../../farm/wire/client.ts';
import { labelPattern, labelRule } from '../../farm/wire/protocol.ts';
import { substrateByName } from '../../lab/substrate/all.ts';
import type { RunOptions } from '../../model/run.ts';
import { keyOf } from '../../model/scenario.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { kconfigOf } from '../kconfig.ts';
import type { RawRunOptions } from '../options.ts';
import { missingAttempts, resolved } from '../planned.ts';
import { type AskedOfFarm, FarmExecutor, type FarmInputs } from './executor.ts';
import { openFarm } from './open.ts';
import { RememberingSupply } from './supplies.ts';

/** A farm as `espalier run` uses it. Leaving its scope ends what the run still has there, unless it was left to it. */
export class FarmOfRun implements AsyncDisposable {
  readonly #client: FarmClient;
  readonly #asked: AskedOfFarm;
  #supply: RememberingSupply | undefined;
  #executor: FarmExecutor | undefined;

  constructor(client: FarmClient, asked: AskedOfFarm) {
    this.#client = client;
    this.#asked = asked;
  }

  /** What labs boot, as on this machine alone; what is used of it is remembered, since it has to be sent. */
  readonly openSupply = (options: RunOptions, signal: AbortSignal): RememberingSupply => {
    const { substrate, kernel, kconfig, coverage = false, checkers = false } = options;
    const boot = { kernel, kconfig: kconfigOf(kconfig), coverage, checkers };
    this.#supply = new RememberingSupply(substrateByName(substrate), { ...boot, signal });
    return this.#supply;
  };

  async executor(parts: Omit<FarmInputs, 'client' | 'supply' | keyof AskedOfFarm>): Promise<FarmExecutor> {
    const supply = this.#supply ?? this.openSupply(parts.folder.run.options, new AbortController().signal);
    this.#executor = await FarmExecutor.open({ ...parts, ...this.#asked, supply, client: this.#client });
    return this.#executor;
  }

  /**
   * Sends all that the run lacks and leaves it to the farm. Returns the exit code: 2 where something could not be sent, 130 where
   * the signal fired before all was; what was sent is stopped then.
   */
  async detach(folder: RunFolder, executor: FarmExecutor, signal: AbortSignal): Promise<number> {
    const { scenarios, options } = folder.run;
    const keys = scenarios.flatMap((entry) =>
      missingAttempts(entry, options, resolved(folder.judged(entry))).map((attempt) => ({ ...entry, attempt })),
    );
    const broken: string[] = [];
    const submit = async (key: (typeof keys)[number]): Promise<void> => {
      await executor.submit(key).catch((error: unknown) => broken.push(`${keyOf(key)}: ${describeError(error)}`));
    };
    const stopped = Promise.withResolvers<void>();
    const stop = (): void => void executor.stop().then(stopped.resolve);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([Promise.all(keys.map(submit)), stopped.promise]);
    signal.removeEventListener('abort', stop);
    if (signal.aborted) {
      say('stopped on request');
      return 130;
    }
    executor.detach();
    for (const line of broken) say(`not sent: ${line}`);
    say(
      `${keys.length - broken.length} attempts are at the farm; for their results: espalier run --attach ${shortPath(folder.dir)}`,
    );
    return broken.length > 0 ? 2 : 0;
  }

  /** The exit code of a run that ended with `code`: 2 where the farm was lost on the way. */
  exitCode(code: number): number {
    const problem = this.#executor?.problem;
    if (problem === undefined) return code;
    say(describeError(problem));
    return 2;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#executor?.[Symbol.asyncDispose]();
    this.#client[Symbol.dispose]();
  }
}

/** Greets the farm that a command line or the environment names. */
export async function openFarmOfRun({ farm, farmLabels, spread }: RawRunOptions): Promise<FarmOfRun> {
  const labels = farmLabels?.split(',').filter(Boolean);
  const wrong = labels?.find((label) => !labelPattern.test(label));
  if (wrong !== undefined) throw new EspalierError('usage', `--farm-labels ${wrong}: ${labelRule}`);
  return new FarmOfRun(await openFarm(farm, 'driver'), { labels, spread });
}
