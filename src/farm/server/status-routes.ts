import type { Route } from './http.ts';
import { metricsText } from './metrics.ts';
import type { FarmParts } from './parts.ts';
import { readStatus } from './status.ts';

/** What shows how the farm is. */
export function statusRoutes({ database }: FarmParts): Route[] {
  const roles = ['driver', 'worker'] as const;
  return [
    { method: 'GET', path: '/v1/status', roles, answer: async () => ({ json: await readStatus(database) }) },
    {
      method: 'GET',
      path: '/metrics',
      roles,
      answer: async () => ({
        text: await metricsText(await readStatus(database), database),
        type: 'text/plain; version=0.0.4',
      }),
    },
  ];
}
