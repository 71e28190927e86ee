import { EspalierError } from '../../base/errors.ts';
import { type AttemptSettings, runAttempt } from '../../lab/attempt.ts';
import { killAllLabs } from '../../lab/substrate/lifecycle.ts';
import type { Suite } from '../../model/suite.ts';
import { seedOfAttempt } from '../../results/seeds.ts';
import type { AttemptKey } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import type { Executor } from '../executor.ts';
import { storeScenario } from '../judging/stored-scenario.ts';

/** What labs on this machine are run with. */
export interface LocalInputs {
  readonly folder: RunFolder;
  /** Those of the run, by name. */
  readonly suites: ReadonlyMap<string, Suite>;
  readonly settings: AttemptSettings;
  /** Labs at once. */
  readonly slots: number;
}

/** Runs labs on this machine and leaves judging to the session. Leaving its scope ends the labs that still run. */
export class LocalExecutor implements Executor, Disposable {
  readonly #parts: LocalInputs;

  constructor(parts: LocalInputs) {
    this.#parts = parts;
  }

  get slots(): number {
    return this.#parts.slots;
  }

  async run(key: AttemptKey, signal: AbortSignal): Promise<string> {
    const { folder, settings } = this.#parts;
    const dir = folder.prepareAttempt(key);
    const suite = this.#suite(key.suite);
    const seed = seedOfAttempt(folder.run.options, key.attempt);
    const order = { ...key, dir, load: () => suite.load(key.name), signal };
    const file = await runAttempt(
      { ...order, store: (loaded) => storeScenario(folder.dir, dir, loaded) },
      { ...settings, seed: seed === undefined ? undefined : BigInt(seed) },
    );
    folder.writeAttempt(file);
    return dir;
  }

  [Symbol.dispose](): void {
    killAllLabs();
  }

  #suite(name: string): Suite {
    const suite = this.#parts.suites.get(name);
    if (suite === undefined) throw new EspalierError('bug', `suite ${name} is not open`);
    return suite;
  }
}
