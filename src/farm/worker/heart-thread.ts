/** The heartbeat of a worker, in a thread of its own: judging an attempt holds up the other one for seconds. */
import { parentPort, workerData } from 'node:worker_threads';
import { pause } from '../pause.ts';
import type { FarmAddress } from '../wire/address.ts';
import { FarmClient, isOver } from '../wire/client.ts';
import { beatenSchema } from '../wire/protocol.ts';

/** What the thread is started with. */
export interface HeartData {
  readonly address: FarmAddress;
  readonly session: string;
}

/** What it says: leases that are the worker's no longer, or that the session is over. */
export type HeartMessage = { readonly gone: readonly string[] } | { readonly over: string };

/** What it is told: the leases that the worker holds. */
export interface HeldLeases {
  readonly leases: readonly string[];
}

/** Milliseconds for which a farm that does not answer is asked by one request. */
const patienceMs = 600_000;
/** Milliseconds after which a farm that refused is asked again. */
const againMs = 1000;

async function main(): Promise<void> {
  const { address, session } = workerData as HeartData;
  const client = new FarmClient(address, { patienceMs });
  let leases: readonly string[] = [];
  let changed = new AbortController();
  parentPort?.on('message', (held: HeldLeases) => {
    leases = held.leases;
    changed.abort();
  });
  const say = (message: HeartMessage): void => parentPort?.postMessage(message);
  for (;;) {
    changed = new AbortController();
    try {
      const call = { method: 'POST' as const, path: '/v1/beat', session, json: { leases }, signal: changed.signal };
      const { gone } = await client.json(call, beatenSchema);
      if (gone.length > 0) {
        leases = leases.filter((lease) => !gone.includes(lease));
        say({ gone });
      }
    } catch (error) {
      if (changed.signal.aborted) continue;
      if (isOver(error)) return say({ over: error instanceof Error ? error.message : String(error) });
      await pause(againMs, changed.signal);
    }
  }
}

await main();
