import { holdSeconds } from '../wire/protocol.ts';
import { findBlob, readBlob } from './blobs.ts';
import { runOf } from './driver-routes.ts';
import type { Reply, Route } from './http.ts';
import type { FarmParts } from './parts.ts';
import { Refused } from './refused.ts';
import { resultsAfter } from './runs.ts';

/** What drivers ask for of the results of their runs. */
export function resultRoutes(farm: FarmParts): Route[] {
  const { database, waiting } = farm;
  const roles = ['driver'] as const;
  return [
    {
      method: 'GET',
      path: '/v1/runs/*/results',
      roles,
      answer: async (asked) => {
        const run = await runOf(farm, asked);
        const after = Number(asked.query.get('after') ?? 0);
        if (!Number.isSafeInteger(after)) throw new Refused(400, '`after` is no number of a result');
        const ask = async () => {
          const results = await resultsAfter(database, run, after);
          return results.length > 0 ? results : undefined;
        };
        const seconds = asked.query.has('now') ? 0 : holdSeconds;
        const patience = { seconds, signal: asked.gone };
        return { json: { results: (await waiting.until(`result ${run}`, ask, patience)) ?? [] } };
      },
    },
    {
      method: 'GET',
      path: '/v1/runs/*/results/*',
      roles,
      answer: async (asked) => {
        const run = await runOf(farm, asked);
        return sendBlob(farm, asked.parts[1] ?? '', run);
      },
    },
  ];
}

/** A result of a run, content and all. */
async function sendBlob({ database }: FarmParts, sha256: string, run: string): Promise<Reply> {
  const [row] = await database.query("select 1 from result where run = $1 and outcome -> 'blob' ->> 'sha256' = $2", [
    run,
    sha256,
  ]);
  const blob = row && (await findBlob(database, { sha256, kind: 'result' }));
  if (blob === undefined) throw new Refused(404, 'the run has no such result');
  return { stream: readBlob(database, blob), size: blob.size };
}
