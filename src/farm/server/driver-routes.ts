import { blobsSchema, jobsSchema, openRunSchema } from '../wire/protocol.ts';
import { missingBlobs, storeBlob } from './blobs.ts';
import type { Asked, Reply, Route } from './http.ts';
import type { FarmParts } from './parts.ts';
import { closeRun, openRun, ownRun, submit } from './runs.ts';

/** What one content of a driver may weigh, bytes: images are the largest. */
const largestInput = 16 * 1024 ** 3;

const nothing: Reply = { json: {} };

/** What drivers ask for. */
export function driverRoutes(farm: FarmParts): Route[] {
  const { database } = farm;
  const roles = ['driver'] as const;
  return [
    {
      method: 'POST',
      path: '/v1/runs',
      roles,
      answer: async (asked) => {
        await openRun(farm, asked.holder.name, await asked.json(openRunSchema));
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/blobs/missing',
      roles,
      answer: async (asked) => {
        const { blobs } = await asked.json(blobsSchema);
        return { json: { blobs: await missingBlobs(database, blobs) } };
      },
    },
    {
      method: 'PUT',
      path: '/v1/inputs/*',
      roles,
      most: largestInput,
      answer: async ({ parts: [sha256 = ''], body }) => {
        await storeBlob(database, { sha256, kind: 'input' }, body);
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/*/jobs',
      roles,
      answer: async (asked) => {
        const run = await runOf(farm, asked);
        await submit(farm, run, (await asked.json(jobsSchema)).jobs);
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/*/cancel',
      roles,
      answer: async (asked) => {
        await closeRun(farm, await runOf(farm, asked), 'cancelled');
        return nothing;
      },
    },
    {
      method: 'POST',
      path: '/v1/runs/*/end',
      roles,
      answer: async (asked) => {
        await closeRun(farm, await runOf(farm, asked), 'ended');
        return nothing;
      },
    },
  ];
}

/** The run that a path names, if it is the driver's own. */
export async function runOf({ database }: FarmParts, { holder, parts }: Asked): Promise<string> {
  const [run = ''] = parts;
  await ownRun(database, holder.name, run);
  return run;
}
