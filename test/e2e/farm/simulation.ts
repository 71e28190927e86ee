/** Jobs without labs: what is about the farm alone. */

import { parseFarmAddress } from '../../../src/farm/wire/address.ts';
import { bytesSource } from '../../../src/farm/wire/blob-source.ts';
import { FarmClient } from '../../../src/farm/wire/client.ts';
import { type FarmResult, type FarmStatus, resultsSchema, statusSchema } from '../../../src/farm/wire/protocol.ts';
import type { Field } from './field.ts';

/** A driver of simulated jobs. */
export class SimRun {
  readonly #client: FarmClient;
  readonly id: string;
  readonly results: FarmResult[] = [];
  #last = 0;

  constructor(field: Field, id: string) {
    this.#client = new FarmClient(parseFarmAddress(field.address, { ESPALIER_FARM_TOKEN: field.tokens.driver }));
    this.id = id;
  }

  /** Opens the run and sends all jobs: name → expected milliseconds. */
  async send(jobs: Readonly<Record<string, number>>): Promise<void> {
    const post = (path: string, json: unknown) => this.#client.send({ method: 'POST', path, json });
    await post('/v1/runs', { id: this.id, needs: ['simulated'] });
    const order = bytesSource(Buffer.from('nothing'));
    await this.#client.send({ method: 'PUT', path: `/v1/inputs/${order.sha256}`, body: order.open, size: order.size });
    const all = Object.entries(jobs).map(([name, weight]) => {
      return { suite: 'sim', name, attempt: 0, order: order.sha256, weight, expireSeconds: 600 };
    });
    for (let at = 0; at < all.length; at += 500)
      await post(`/v1/runs/${this.id}/jobs`, { jobs: all.slice(at, at + 500) });
  }

  /** Waits for so many results. */
  async receive(count: number): Promise<void> {
    while (this.results.length < count) {
      const path = `/v1/runs/${this.id}/results?after=${this.#last}`;
      const { results } = await this.#client.json({ path }, resultsSchema);
      this.results.push(...results);
      this.#last = this.results.at(-1)?.number ?? 0;
    }
  }

  status(): Promise<FarmStatus> {
    return this.#client.json({ path: '/v1/status' }, statusSchema);
  }
}
