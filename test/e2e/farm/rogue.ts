import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { z } from 'zod';
import { parseFarmAddress } from '../../../src/farm/wire/address.ts';
import { bytesSource } from '../../../src/farm/wire/blob-source.ts';
import { type Call, FarmClient } from '../../../src/farm/wire/client.ts';
import { acceptedSchema, type Lease, pulledSchema, sessionSchema } from '../../../src/farm/wire/protocol.ts';
import { Heart } from '../../../src/farm/worker/heart.ts';
import type { Field } from './field.ts';

/** A worker that does what its test tells it, whether it may or not. */
export class Rogue {
  readonly #client: FarmClient;
  readonly session: string;

  readonly #heart: Heart;
  #lease = randomUUID() as string;
  #canary = false;

  private constructor(client: FarmClient, session: string, heart: Heart) {
    this.#client = client;
    this.session = session;
    this.#heart = heart;
  }

  static async join(t: TestContext, field: Field, name: string, labels = ['simulated']): Promise<Rogue> {
    const client = new FarmClient(parseFarmAddress(field.address, { ESPALIER_FARM_TOKEN: field.tokens.worker }));
    const json = { name, machine: name, slots: 1, labels };
    const { session } = await client.json({ method: 'POST', path: '/v1/workers', json }, sessionSchema);
    const heart = new Heart(client.address, session, { gone: () => {}, over: () => {} });
    t.after(() => heart[Symbol.asyncDispose]());
    return new Rogue(client, session, heart);
  }

  async pull(): Promise<Lease> {
    const { lease } = await this.#ask('/v1/pull', {}, pulledSchema);
    assert.ok(lease !== undefined, 'a job was to be had');
    this.#heart.hold(lease.lease);
    this.#lease = lease.lease;
    this.#canary = lease.canary;
    return lease;
  }

  /** Asks for a job for so many milliseconds; a job that comes is lost. */
  pullFor(ms: number): Promise<void> {
    return this.send({ method: 'POST', path: '/v1/pull', json: {}, signal: AbortSignal.timeout(ms) });
  }

  /** Takes a job and says that its machine failed it. */
  async fail(): Promise<void> {
    const { lease } = await this.pull();
    await this.send({ method: 'POST', path: `/v1/leases/${lease}/fault`, json: { reason: 'no disk' } });
  }

  /** Whether its last job was one that shows how its machine is. */
  get canary(): boolean {
    return this.#canary;
  }

  /** For its last lease. */
  async upload(bytes: Uint8Array, hash = bytesSource(bytes).sha256): Promise<void> {
    const { open, size } = bytesSource(bytes);
    const path = `/v1/leases/${this.#lease}/results/${hash}`;
    await this.#client.send({ method: 'PUT', path, session: this.session, body: open, size });
  }

  async done(lease: string, blob: { sha256: string; size: number }, word = 'passed'): Promise<boolean> {
    const outcome = { kind: 'made', blob, word };
    return (await this.#ask(`/v1/leases/${lease}/done`, { outcome }, acceptedSchema)).accepted;
  }

  /** Nothing is heard of it any more, and it does not notice. */
  async silence(): Promise<void> {
    await this.#heart[Symbol.asyncDispose]();
  }

  send(call: Call): Promise<void> {
    return this.#client.send({ ...call, session: this.session });
  }

  #ask<T>(path: string, json: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.#client.json({ method: 'POST', path, json, session: this.session }, schema);
  }
}
