import type { FarmClient } from '../../farm/wire/client.ts';
import { type FarmResult, type Key, resultsSchema, textOfKey } from '../../farm/wire/protocol.ts';

/** Results of a run as the farm gives them, each to who waits for it. */
export class FarmResults {
  readonly #client: FarmClient;
  readonly #run: string;
  readonly #signal: AbortSignal;
  readonly #come = new Map<string, FarmResult>();
  readonly #awaited = new Map<string, PromiseWithResolvers<FarmResult>>();
  /** Numbers of results that are not wanted. */
  readonly #dropped = new Map<string, number>();
  #last = 0;

  constructor(client: FarmClient, run: string, signal: AbortSignal) {
    this.#client = client;
    this.#run = run;
    this.#signal = signal;
  }

  /** Takes what is there already, of an earlier session. */
  async catchUp(): Promise<void> {
    while ((await this.#ask('&now')) > 0);
  }

  /** Goes on until the signal fires. Rejects once the farm cannot be reached for longer than patience lasts. */
  async follow(): Promise<void> {
    while (!this.#signal.aborted) await this.#ask('');
  }

  has(key: Key): boolean {
    return this.#come.has(textOfKey(key));
  }

  /** Another result of an attempt is wanted than the one that has come. */
  drop(key: Key): void {
    const text = textOfKey(key);
    const come = this.#come.get(text);
    if (come !== undefined) this.#dropped.set(text, come.number);
    this.#come.delete(text);
  }

  /** Number of the result that was dropped; `undefined`: none was. */
  dropped(key: Key): number | undefined {
    return this.#dropped.get(textOfKey(key));
  }

  /** The result of an attempt, once it is there. */
  of(key: Key): Promise<FarmResult> {
    const text = textOfKey(key);
    const come = this.#come.get(text);
    if (come !== undefined) return Promise.resolve(come);
    const awaited = Promise.withResolvers<FarmResult>();
    this.#awaited.set(text, awaited);
    return awaited.promise;
  }

  async #ask(more: string): Promise<number> {
    const path = `/v1/runs/${this.#run}/results?after=${this.#last}${more}`;
    const { results } = await this.#client.json({ path, signal: this.#signal }, resultsSchema);
    for (const result of results) {
      this.#last = Math.max(this.#last, result.number);
      this.#come.set(textOfKey(result), result);
      this.#awaited.get(textOfKey(result))?.resolve(result);
    }
    return results.length;
  }
}
