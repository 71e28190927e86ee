import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { removeTree } from '../../base/door/folders.ts';
import { readPlainJson } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { warn } from '../../base/log.ts';
import type { FarmClient } from '../../farm/wire/client.ts';
import { type FarmResult, type Job, largestResult, type Outcome, textOfKey } from '../../farm/wire/protocol.ts';
import type { AttemptSettings } from '../../lab/attempt.ts';
import { keyOf } from '../../model/scenario.ts';
import type { LoadedScenario, Suite } from '../../model/suite.ts';
import { verdictSchema } from '../../model/verdict.ts';
import { plannedAttempts } from '../../results/seeds.ts';
import type { AttemptKey } from '../../store/layout.ts';
import type { RunFolder } from '../../store/run-folder.ts';
import { runInputs } from '../../suites/input-folder.ts';
import type { Executor } from '../executor.ts';
import { judgeAttempt } from '../judging/judge-attempt.ts';
import { resolved } from '../planned.ts';
import { estimateMs } from '../progress.ts';
import { fingerprint } from './fingerprint.ts';
import { Limit } from './limit.ts';
import { type MadeOrder, makeOrder } from './make-order.ts';
import { unpackFromFarm } from './packed-attempt.ts';
import { programFiles } from './program-files.ts';
import { FarmResults } from './results.ts';
import { batch, Submitter } from './submitter.ts';
import type { RememberingSupply } from './supplies.ts';
import { errorOf } from './trouble.ts';

/** What a run asks of a farm; absent: what it asked for when it was opened last. */
export interface AskedOfFarm {
  /** Labels that workers need besides. */
  readonly labels: readonly string[] | undefined;
  /** Attempts of one test are made by different machines. */
  readonly spread: boolean | undefined;
}

/** What a run on a farm works with. */
export interface FarmInputs extends AskedOfFarm {
  readonly client: FarmClient;
  readonly folder: RunFolder;
  readonly suites: ReadonlyMap<string, Suite>;
  readonly settings: AttemptSettings;
  readonly supply: RememberingSupply;
  /** Wall milliseconds of the last lab of each scenario, by `suite:name`. */
  readonly durations: ReadonlyMap<string, number>;
  /** What came to be `unresolved` is made again, also where the farm has a result of it. */
  readonly again: boolean;
}

/** Attempts that may be at the farm at once. */
const mostSlots = 50_000;
/** One of so many passed attempts is judged here too. */
const sampled = 16;

/** Has attempts made by the workers of a farm. Leaving its scope stops what is left of the run there, unless it was left to the farm. */
export class FarmExecutor implements Executor, AsyncDisposable {
  readonly slots: number;
  readonly #parts: FarmInputs;
  readonly #submitter: Submitter;
  readonly #results: FarmResults;
  readonly #over = new AbortController();
  /** Orders are held in memory until the farm has them. */
  readonly #unsent = new Limit(2 * batch);
  readonly #making = new Limit(4);
  readonly #taking = new Limit(4);
  readonly #incoming: string;
  /** Which made which attempt. */
  readonly #machines = new Map<string, string>();
  readonly #lost = Promise.withResolvers<never>();
  /** The run has its end at the farm: it was stopped there, or left to it. */
  #ended: Promise<void> | undefined;
  #problem: unknown;

  private constructor(parts: FarmInputs) {
    this.#parts = parts;
    const { client, folder } = parts;
    const { id, scenarios, options } = folder.run;
    this.slots = Math.min(mostSlots, scenarios.length * (plannedAttempts(options) + options.retries) || 1);
    this.#submitter = new Submitter(client, id, this.#over.signal);
    this.#results = new FarmResults(client, id, this.#over.signal);
    this.#incoming = join(folder.dir, 'incoming');
    // Whoever waits for a result is told; nobody may be waiting.
    this.#lost.promise.catch(() => {});
  }

  /** Opens the run at the farm, or opens it again. */
  static async open(parts: FarmInputs): Promise<FarmExecutor> {
    const { client, folder, settings, labels, spread } = parts;
    await requireSendable(parts);
    const needs = [`substrate:${settings.substrate.name}`, `code:${fingerprint()}`];
    await client.send({ method: 'POST', path: '/v1/runs', json: { id: folder.run.id, needs, labels, spread } });
    const executor = new FarmExecutor(parts);
    removeTree(executor.#incoming);
    await executor.#results.catchUp();
    if (parts.again) executor.#dropUnresolved();
    executor.#follow();
    return executor;
  }

  /** Why the farm was given up; `undefined`: it was not. */
  get problem(): unknown {
    return this.#problem;
  }

  async run(key: AttemptKey, signal: AbortSignal): Promise<string> {
    const given = Promise.withResolvers<never>();
    const stop = (): void => {
      void this.#cancel();
      given.reject(new EspalierError('cancelled', 'the run was stopped'));
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      return await Promise.race([this.#run(key), given.promise, this.#lost.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Sends an attempt to the farm and does not wait for its result. */
  async submit(key: AttemptKey): Promise<void> {
    if (this.#results.has(key)) return;
    await this.#unsent.run(async () => {
      const { job, made } = await this.#making.run(() => this.#make(key));
      await this.#submitter.submit(job, made);
    });
  }

  /** Leaves the run to the farm. */
  detach(): void {
    this.#ended = Promise.resolve();
  }

  /** Stops the run at the farm, and all that is asked of the farm. */
  async stop(): Promise<void> {
    const cancelled = this.#cancel();
    this.#over.abort();
    await cancelled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { client, folder } = this.#parts;
    this.#over.abort();
    removeTree(this.#incoming);
    const end = { method: 'POST' as const, path: `/v1/runs/${folder.run.id}/end`, patienceMs: 2000 };
    await (this.#ended ?? client.send(end).catch(() => {}));
  }

  async #make(key: AttemptKey): Promise<{ readonly job: Job; readonly made: MadeOrder }> {
    if (this.#over.signal.aborted) throw new EspalierError('cancelled', 'the run was stopped');
    const loaded = await this.#load(key);
    const made = await makeOrder(this.#parts, key, loaded);
    const weight = Math.round(estimateMs(loaded.entry, this.#parts.durations));
    const { suite, name, attempt } = key;
    const replaces = this.#results.dropped(key);
    const job = { suite, name, attempt, order: made.order.sha256, weight, expireSeconds: expireSeconds(weight) };
    const isHere = this.#parts.folder.judged(loaded.entry).some((one) => one.attempt === attempt - 1);
    const follows = attempt > 0 && !isHere;
    return { job: { ...job, follows, ...(replaces !== undefined && { replaces }) }, made };
  }

  #dropUnresolved(): void {
    const { folder } = this.#parts;
    for (const entry of folder.run.scenarios) {
      const judged = folder.judged(entry);
      const counting = new Set(resolved(judged));
      for (const one of judged) if (!counting.has(one)) this.#results.drop({ ...entry, attempt: one.attempt });
    }
  }

  async #run(key: AttemptKey): Promise<string> {
    await this.submit(key);
    const result = await this.#results.of(key);
    return this.#taking.run(() => this.#take(key, result));
  }

  async #take(key: AttemptKey, { outcome, worker, machine }: FarmResult): Promise<string> {
    this.#checkSpread(key, machine);
    if (outcome.kind === 'trouble') throw troubleHere(outcome);
    const { client, folder } = this.#parts;
    const { blob, word } = outcome;
    const call = { path: `/v1/runs/${folder.run.id}/results/${blob.sha256}`, signal: this.#over.signal };
    const bytes = await client.bytes(call, (response) => wholeOf(response, Math.min(blob.size, largestResult)));
    if (sha256(bytes) !== blob.sha256)
      throw new EspalierError('infrastructure', 'the farm sent another result than it has');
    const dir = join(this.#incoming, randomUUID());
    await unpackFromFarm(bytes, dir, runInputs(folder.dir));
    await this.#confirm(key, { dir, word, worker });
    return dir;
  }

  /** A job that was lost may have left no other machine; then the attempts say nothing of two machines. */
  #checkSpread(key: AttemptKey, machine: string): void {
    this.#machines.set(textOfKey(key), machine);
    if (!this.#parts.spread) return;
    for (const attempt of [key.attempt - 1, key.attempt + 1]) {
      if (this.#machines.get(textOfKey({ ...key, attempt })) !== machine) continue;
      warn(`${keyOf(key)}: attempts ${key.attempt} and ${attempt} were both made by ${machine}, though spread`);
    }
  }

  /** What is not passed is judged here again, and so is a sample of the rest: a worker may be wrong, or lie. */
  async #confirm(key: AttemptKey, { dir, word, worker }: { dir: string; word: string; worker: string }): Promise<void> {
    const given = readPlainJson(join(dir, 'verdict.json'), verdictSchema);
    if (given.word === 'passed' && word === 'passed' && randomInt(sampled) !== 0) return;
    const own = await judgeAttempt(dir, { runDir: this.#parts.folder.dir });
    if (JSON.stringify(own) === JSON.stringify(given) && own.word === word) return;
    warn(
      `${keyOf(key)}: the worker ${worker} says ${given.word}, its files say ${own.word}; its other verdicts in this run are not to be trusted: espalier judge ${this.#parts.folder.run.id}`,
    );
  }

  async #load({ suite, name }: Omit<AttemptKey, 'attempt'>): Promise<LoadedScenario> {
    const open = this.#parts.suites.get(suite);
    if (open === undefined) throw new EspalierError('bug', `suite ${suite} is not open`);
    return open.load(name);
  }

  #follow(): void {
    this.#results.follow().catch((error: unknown) => {
      if (this.#over.signal.aborted) return;
      this.#problem = error;
      // What was not made is not there: the run can be gone on with.
      this.#lost.reject(new EspalierError('cancelled', 'the farm was lost'));
    });
  }

  #cancel(): Promise<void> {
    const { client, folder } = this.#parts;
    const call = { method: 'POST' as const, path: `/v1/runs/${folder.run.id}/cancel`, patienceMs: 5000 };
    this.#ended ??= client.send(call).catch((error: unknown) => {
      warn(`the farm may go on with the run: ${error instanceof Error ? error.message : String(error)}`);
    });
    return this.#ended;
  }
}

/** Refuses scenario files that cannot be sent, before anything is. */
async function requireSendable({ suites, folder }: FarmInputs): Promise<void> {
  const { paths = {} } = folder.run.options;
  for (const [name, path] of Object.entries(paths)) {
    const suite = suites.get(name);
    if (suite !== undefined) await programFiles(suite, path);
  }
}

/** Faults that a worker may name; any other word of it must not end a driver's run in silence. */
function troubleHere({ trouble }: Extract<Outcome, { kind: 'trouble' }>): EspalierError {
  const fault = trouble.fault === 'scenario' || trouble.fault === 'guest' ? trouble.fault : 'infrastructure';
  return errorOf({ ...trouble, fault });
}

/** Ten times as long as it took, and an hour: only what hangs takes longer, and the lab has deadlines of its own. */
function expireSeconds(weightMs: number): number {
  return Math.min(86_400, 3600 + Math.round(weightMs / 100));
}

async function wholeOf(response: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    parts.push(part);
    length += part.length;
    if (length > size) throw new EspalierError('infrastructure', 'a result is larger than the farm said');
  }
  return Buffer.concat(parts);
}
