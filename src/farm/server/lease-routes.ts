import { beatSchema, doneSchema, faultSchema, heartbeat, largestResult } from '../wire/protocol.ts';
import { storeBlob } from './blobs.ts';
import type { Asked, Reply, Route } from './http.ts';
import { beat, countLate, finish, giveBack, holds, reportFault } from './leases.ts';
import type { FarmParts } from './parts.ts';
import { Refused } from './refused.ts';
import { workerFor } from './worker-routes.ts';
import type { Worker } from './workers.ts';

const nothing: Reply = { json: {} };

/** What workers say of the jobs that they have. */
export function leaseRoutes(farm: FarmParts): Route[] {
  const { waiting } = farm;
  const roles = ['worker'] as const;
  return [
    {
      method: 'POST',
      path: '/v1/beat',
      roles,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        const { leases } = await asked.json(beatSchema);
        let beaten = false;
        // Held, so that a stop reaches the worker at once.
        const ask = async () => {
          const gone = await (beaten ? goneOf : beat)(farm, worker, leases);
          beaten = true;
          return gone.length > 0 ? gone : undefined;
        };
        const patience = { seconds: heartbeat.every, signal: asked.gone };
        return { json: { gone: (await waiting.until('cancel', ask, patience)) ?? [] } };
      },
    },
    {
      method: 'PUT',
      path: '/v1/leases/*/results/*',
      roles,
      most: largestResult,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        if (!(await holds(farm.database, worker, leaseId(asked)))) {
          await countLate(farm.database, worker, leaseId(asked));
          throw new Refused(409, 'the job is not held any more');
        }
        await storeBlob(farm.database, { sha256: asked.parts[1] ?? '', kind: 'result' }, asked.body);
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/leases/*/done',
      roles,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        const { outcome } = await asked.json(doneSchema);
        return { json: { accepted: await finish(farm, worker, { job: leaseId(asked), outcome }) } };
      },
    },
    {
      method: 'POST',
      path: '/v1/leases/*/back',
      roles,
      answer: async (asked) => {
        await giveBack(farm, await workerFor(farm, asked), leaseId(asked));
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/leases/*/fault',
      roles,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        const { reason } = await asked.json(faultSchema);
        await reportFault(farm, worker, { job: leaseId(asked), reason });
        return nothing;
      },
    },
  ];
}

function leaseId({ parts: [lease = ''] }: Asked): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(lease)) throw new Refused(404, 'there is no such lease');
  return lease;
}

/** Leases of a worker that were taken from it since. */
async function goneOf({ database }: FarmParts, { session }: Worker, leases: readonly string[]): Promise<string[]> {
  if (leases.length === 0) return [];
  const rows = await database.query<{ lease: string }>(
    `select asked.lease::text as lease from unnest($2::uuid[]) as asked (lease)
     where not exists (select from lease held where held.job = asked.lease and held.worker = $1)`,
    [session, leases],
  );
  return rows.map(({ lease }) => lease);
}
