import { setStatus } from '../../base/log.ts';
import type { BlobSource } from '../../farm/wire/blob-source.ts';
import type { FarmClient } from '../../farm/wire/client.ts';
import { blobsSchema, type Job } from '../../farm/wire/protocol.ts';
import type { MadeOrder } from './make-order.ts';

/** Jobs of one request. */
export const batch = 200;
/** Contents from so many bytes on are worth a line of progress. */
const shownFrom = 8 * 1024 * 1024;

interface Waiting {
  readonly job: Job;
  readonly made: MadeOrder;
  readonly done: PromiseWithResolvers<void>;
}

/** Sends jobs to a farm, many at a time, after the contents that the farm lacks. */
export class Submitter {
  readonly #client: FarmClient;
  readonly #run: string;
  readonly #signal: AbortSignal;
  readonly #there = new Set<string>();
  #waiting: Waiting[] = [];
  #sending = false;

  constructor(client: FarmClient, run: string, signal: AbortSignal) {
    this.#client = client;
    this.#run = run;
    this.#signal = signal;
  }

  /** Resolves once the farm has the job. */
  submit(job: Job, made: MadeOrder): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ job, made, done });
    void this.#send();
    return done.promise;
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, batch);
      try {
        await this.#sendSome(some);
        for (const { done } of some) done.resolve();
      } catch (error) {
        for (const { done } of some) done.reject(error);
      }
    }
    this.#sending = false;
  }

  async #sendSome(some: readonly Waiting[]): Promise<void> {
    const sources = new Map<string, BlobSource>();
    for (const { made } of some) {
      for (const source of [made.order, ...made.contents]) {
        if (!this.#there.has(source.sha256)) sources.set(source.sha256, source);
      }
    }
    await this.#upload(sources);
    const jobs = some.map(({ job }) => job);
    await this.#client.send({
      method: 'POST',
      path: `/v1/runs/${this.#run}/jobs`,
      json: { jobs },
      signal: this.#signal,
    });
  }

  async #upload(sources: ReadonlyMap<string, BlobSource>): Promise<void> {
    const signal = this.#signal;
    const asked = { method: 'POST' as const, path: '/v1/blobs/missing', json: { blobs: [...sources.keys()] }, signal };
    const { blobs } = sources.size === 0 ? { blobs: [] } : await this.#client.json(asked, blobsSchema);
    const missing = blobs.flatMap((hash) => sources.get(hash) ?? []);
    for (const source of missing) {
      const { sha256, size, open } = source;
      const body = size < shownFrom ? open : () => shown(source);
      await this.#client.send({ method: 'PUT', path: `/v1/inputs/${sha256}`, body, size, signal });
    }
    for (const hash of sources.keys()) this.#there.add(hash);
  }
}

/** The content, with a line that says how far it is. */
async function* shown({ size, open }: BlobSource): AsyncGenerator<Uint8Array> {
  let sent = 0;
  const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  for await (const bytes of open()) {
    yield bytes;
    sent += bytes.length;
    if (process.stderr.isTTY) setStatus(`sending to the farm: ${mib(sent)} of ${mib(size)}`);
  }
  setStatus('');
}
