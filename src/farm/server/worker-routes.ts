import { holdSeconds, workerSchema } from '../wire/protocol.ts';
import { findBlob, readBlob } from './blobs.ts';
import type { Asked, Reply, Route } from './http.ts';
import { giveBack, leave } from './leases.ts';
import type { FarmParts } from './parts.ts';
import { Refused } from './refused.ts';
import { take } from './take.ts';
import { register, type Worker, workerOf } from './workers.ts';

const nothing: Reply = { json: {} };

/** The worker that asks. */
export function workerFor({ database }: FarmParts, { holder, session }: Asked): Promise<Worker> {
  return workerOf(database, holder.name, session);
}

/** What workers ask for, but for what concerns a job that they have. */
export function workerRoutes(farm: FarmParts): Route[] {
  const { database, waiting } = farm;
  const roles = ['worker'] as const;
  return [
    {
      method: 'POST',
      path: '/v1/workers',
      roles,
      answer: async (asked) => {
        const session = await register(database, asked.holder.name, await asked.json(workerSchema));
        return { json: { session } };
      },
    },
    {
      method: 'POST',
      path: '/v1/workers/leave',
      roles,
      answer: async (asked) => {
        await leave(farm, await workerFor(farm, asked));
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/pull',
      roles,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        const { gone } = asked;
        const ask = () => farm.inTurn(async () => (gone.aborted ? undefined : take(farm, worker)));
        const lease = await waiting.until('work', ask, { seconds: holdSeconds, signal: gone });
        // Nobody is there to take it.
        if (lease !== undefined && gone.aborted) await giveBack(farm, worker, lease.lease);
        return { json: { lease } };
      },
    },
    {
      method: 'GET',
      path: '/v1/inputs/*',
      roles,
      answer: async ({ parts: [sha256 = ''] }) => {
        const blob = await findBlob(database, { sha256, kind: 'input' });
        if (blob === undefined) throw new Refused(404, 'the farm has no such input');
        return { stream: readBlob(database, blob), size: blob.size };
      },
    },
  ];
}
