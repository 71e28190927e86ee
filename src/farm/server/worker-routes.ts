import { holdSeconds, largestResult, refusalSchema, workerSchema } from '../wire/protocol.ts';
import { findBlob, readBlob, storeBlob } from './blobs.ts';
import { takeCanary } from './canary.ts';
import type { Asked, Reply, Route } from './http.ts';
import { leave } from './leases.ts';
import type { FarmParts } from './parts.ts';
import { Refused } from './refused.ts';
import { take } from './take.ts';
import { refuseRun, register, type Worker, workerOf } from './workers.ts';

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
        const ask = () => (worker.health === 'good' ? farm.inTurn(() => take(farm, worker)) : takeCanary(farm, worker));
        const lease = await waiting.until('work', ask, { seconds: holdSeconds, signal: asked.gone });
        return { json: { lease } };
      },
    },
    {
      method: 'GET',
      path: '/v1/inputs/*',
      roles,
      answer: async ({ parts: [sha256 = ''] }) => {
        const blob = await findBlob(database, sha256);
        if (blob?.kind !== 'input') throw new Refused(404, 'the farm has no such input');
        return { stream: readBlob(database, blob), size: blob.size };
      },
    },
    {
      method: 'PUT',
      path: '/v1/results/*',
      roles,
      answer: async (asked) => {
        await workerFor(farm, asked);
        const [sha256 = ''] = asked.parts;
        await storeBlob(database, { sha256, kind: 'result', most: largestResult }, asked.body);
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/*/refuse',
      roles,
      answer: async (asked) => {
        const { session } = await workerFor(farm, asked);
        const [run = ''] = asked.parts;
        await refuseRun(database, session, { run, ...(await asked.json(refusalSchema)) });
        return nothing;
      },
    },
  ];
}
