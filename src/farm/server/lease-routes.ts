import { beatSchema, doneSchema, heartbeat, refusalSchema } from '../wire/protocol.ts';
import { finishCanary } from './canary.ts';
import type { Asked, Reply, Route } from './http.ts';
import { beat, finish, giveBack, reportFault } from './leases.ts';
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
        const first = await beat(farm, worker, leases);
        if (first.length > 0) return { json: { gone: first } };
        // Held, so that a stop reaches the worker at once.
        const ask = () => goneOf(farm, worker, leases);
        const patience = { seconds: heartbeat.every, signal: asked.gone };
        return { json: { gone: (await waiting.until('cancel', ask, patience)) ?? [] } };
      },
    },
    {
      method: 'POST',
      path: '/v1/leases/*/done',
      roles,
      answer: async (asked) => {
        const worker = await workerFor(farm, asked);
        const { outcome } = await asked.json(doneSchema);
        const job = leaseId(asked);
        const canary = await finishCanary(farm, worker, { lease: job, outcome });
        return { json: { accepted: canary || (await finish(farm, worker, { job, outcome })) } };
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
        const { reason } = await asked.json(refusalSchema);
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

/** Leases of a worker that were taken from it since; `undefined`: none. */
async function goneOf(
  { database }: FarmParts,
  { session }: Worker,
  leases: readonly string[],
): Promise<string[] | undefined> {
  if (leases.length === 0) return undefined;
  const rows = await database.query<{ lease: string }>(
    `select asked.lease::text as lease from unnest($2::uuid[]) as asked (lease)
     where not exists (select from lease held where held.job = asked.lease and held.worker = $1)
       and not exists (select from canary where canary.lease = asked.lease)`,
    [session, leases],
  );
  return rows.length === 0 ? undefined : rows.map(({ lease }) => lease);
}
