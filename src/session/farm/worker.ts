import { cpus } from 'node:os';
import { deadline } from '../../base/deadline.ts';
import { describeError, EspalierError } from '../../base/errors.ts';
import { cacheDir } from '../../base/folders.ts';
import { say, warn } from '../../base/log.ts';
import { makeWorkFolder } from '../../base/work-folder.ts';
import { pause } from '../../farm/pause.ts';
import { BlobCache } from '../../farm/wire/blob-cache.ts';
import { bytesSource } from '../../farm/wire/blob-source.ts';
import { type FarmClient, isOver, RefusedByFarm } from '../../farm/wire/client.ts';
import { acceptedSchema, type Lease, type Outcome, pulledSchema, sessionSchema } from '../../farm/wire/protocol.ts';
import { Heart } from '../../farm/worker/heart.ts';
import { substrates } from '../../lab/substrate/all.ts';
import { killAllLabs } from '../../lab/substrate/lifecycle.ts';
import { fingerprint } from './fingerprint.ts';
import { makeAttempt } from './make-attempt.ts';
import { troubleOf } from './trouble.ts';

/** How a worker works. */
export interface WorkerOptions {
  readonly client: FarmClient;
  readonly name: string;
  readonly machine: string;
  /** Labs at once. */
  readonly slots: number;
  readonly labels: readonly string[];
  /** Bytes of the cache of contents. */
  readonly cacheLimit: number;
  /** Milliseconds that attempts under way get once the worker is to end; then they are given back. */
  readonly drainMs: number;
  /** The worker is to end. */
  readonly signal: AbortSignal;
}

/** What this machine can do: substrates whose check passes, Espalier's own files, the model of the processor. */
export async function ownLabels(): Promise<{ readonly labels: string[]; readonly refused: string[] }> {
  const labels = [`code:${fingerprint()}`, `cpu:${(cpus()[0]?.model ?? 'unknown').replace(/[^\w.@-]+/g, '-')}`];
  const refused: string[] = [];
  for (const substrate of substrates) {
    try {
      await substrate.check();
      labels.push(`substrate:${substrate.name}`);
    } catch (error) {
      refused.push(`substrate ${substrate.name}: ${describeError(error)}`);
    }
  }
  return { labels, refused };
}

/** Milliseconds after which a farm that refused is asked again. */
const againMs = 5000;

/** Whether an attempt failed by what its job is, or by Espalier: not by this machine, and not because it is to stop. */
function isOfJob(error: unknown): boolean {
  if (error instanceof EspalierError) return error.fault !== 'infrastructure' && error.fault !== 'cancelled';
  return !(error instanceof Error && 'syscall' in error);
}

/** Whether the farm refuses the content of a result because its job is the worker's no longer. */
function isLate(error: unknown): boolean {
  return error instanceof RefusedByFarm && error.status === 409;
}

const canaryReason = 'one job after another failed here; making a test that another machine passed, before more work';

/** Works for a farm until the signal fires. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const cache = new BlobCache(cacheDir('farm'), options.cacheLimit);
  while (!options.signal.aborted) await new Session(options, cache).run();
}

/** One registration at the farm: it ends with the worker, or when the farm has lost it. */
class Session {
  readonly #options: WorkerOptions;
  readonly #cache: BlobCache;
  readonly #making = new Map<string, AbortController>();
  readonly #over = new AbortController();
  /** No more work is asked for. */
  readonly #closing: AbortSignal;
  #session = '';

  constructor(options: WorkerOptions, cache: BlobCache) {
    this.#options = options;
    this.#cache = cache;
    this.#closing = AbortSignal.any([options.signal, this.#over.signal]);
  }

  async run(): Promise<void> {
    const { client, name, machine, slots, labels, signal, drainMs } = this.#options;
    const json = { name, machine, slots, labels };
    const registration = { method: 'POST' as const, path: '/v1/workers', json, signal };
    this.#session = (await client.json(registration, sessionSchema)).session;
    say(`worker ${name}: ready, ${slots} ${slots === 1 ? 'lab' : 'labs'} at once`);
    const events = { gone: (lease: string) => this.#drop(lease), over: (reason: string) => this.#end(reason) };
    await using heart = new Heart(client.address, this.#session, events);
    const working = Promise.all(Array.from({ length: slots }, () => this.#work(heart)));
    this.#closing.addEventListener('abort', () => void this.#drain(working, drainMs), { once: true });
    if (this.#closing.aborted) await this.#drain(working, drainMs);
    await working;
    if (!this.#over.signal.aborted) await client.send({ ...this.#post('/v1/workers/leave'), patienceMs: 2000 });
  }

  /** Gives attempts under way some time; labs that still run then are ended. */
  async #drain(working: Promise<unknown>, ms: number): Promise<void> {
    using _limit = deadline(this.#over.signal.aborted ? 0 : ms, () => {
      for (const making of this.#making.values()) making.abort();
    });
    await working.catch(() => {});
    killAllLabs();
  }

  #drop(lease: string): void {
    this.#making.get(lease)?.abort();
  }

  #end(reason: string): void {
    if (this.#closing.aborted) return;
    warn(`worker ${this.#options.name}: ${reason}; starting anew`);
    this.#over.abort();
  }

  async #work(heart: Heart): Promise<void> {
    while (!this.#closing.aborted) {
      const lease = await this.#pull();
      if (lease === undefined) continue;
      const making = new AbortController();
      this.#making.set(lease.lease, making);
      if (lease.canary) warn(`worker ${this.#options.name}: ${canaryReason}`);
      heart.hold(lease.lease);
      try {
        await this.#do(lease, making.signal);
      } finally {
        heart.release(lease.lease);
        this.#making.delete(lease.lease);
      }
    }
  }

  async #pull(): Promise<Lease | undefined> {
    try {
      const call = { ...this.#post('/v1/pull'), json: {}, signal: this.#closing };
      return (await this.#options.client.json(call, pulledSchema)).lease;
    } catch (error) {
      await this.#refused(error);
      return undefined;
    }
  }

  /** What the farm refuses for now it is asked for again, after a pause; only a session that is over ends. */
  async #refused(error: unknown): Promise<void> {
    if (this.#closing.aborted) return;
    if (isOver(error)) return this.#end(describeError(error));
    warn(`worker ${this.#options.name}: ${describeError(error)}`);
    await pause(againMs, this.#closing);
  }

  async #do(lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await this.#make(lease, signal);
      const call = { ...this.#post(`/v1/leases/${lease.lease}/done`), json: { outcome }, signal };
      const accepted = outcome !== undefined && (await this.#options.client.json(call, acceptedSchema)).accepted;
      if (!accepted) warn(`worker ${this.#options.name}: a result came too late and was dropped`);
    } catch (error) {
      // A lease that cannot be given back is lost for want of heartbeats.
      await this.#failed(lease, error).catch((trouble: unknown) => this.#refused(trouble));
    }
  }

  /** What came of an attempt; `undefined`: the job was lost meanwhile. */
  async #make({ lease, order, canary }: Lease, signal: AbortSignal): Promise<Outcome | undefined> {
    const { client } = this.#options;
    using work = makeWorkFolder(`farm-${lease}`);
    using contents = this.#cache.use(client);
    const dir = work.path;
    try {
      const { bytes, word } = await makeAttempt({ contents, dir, signal }, order);
      const { sha256, size, open } = bytesSource(bytes);
      if (canary) return { kind: 'made', blob: { sha256, size }, word };
      const path = `/v1/leases/${lease}/results/${sha256}`;
      await client.send({ ...this.#post(path), method: 'PUT', body: open, size, signal });
      return { kind: 'made', blob: { sha256, size }, word };
    } catch (error) {
      if (isLate(error)) return undefined;
      // Another machine would meet the same.
      if (isOfJob(error)) return { kind: 'trouble', trouble: troubleOf(error) };
      throw error;
    }
  }

  /** What was given up goes back; what this machine could not do is told. */
  async #failed({ lease }: Lease, error: unknown): Promise<void> {
    const { client, name } = this.#options;
    const given = error instanceof EspalierError && error.fault === 'cancelled';
    if (given || (error instanceof RefusedByFarm && error.status >= 500)) {
      if (!given) await this.#refused(error);
      await client.send({ ...this.#post(`/v1/leases/${lease}/back`), json: {}, patienceMs: 2000 });
      return;
    }
    const reason = describeError(error);
    warn(`worker ${name}: ${reason}`);
    await client.send({ ...this.#post(`/v1/leases/${lease}/fault`), json: { reason: reason.slice(0, 4000) } });
  }

  #post(path: string) {
    return { method: 'POST' as const, path, session: this.#session };
  }
}
