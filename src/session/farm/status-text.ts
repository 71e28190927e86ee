import { secondsText, table } from '../../base/text.ts';
import { visibleLine } from '../../base/visible.ts';
import type { FarmClient } from '../../farm/wire/client.ts';
import { type FarmStatus, statusSchema } from '../../farm/wire/protocol.ts';

/** Asks a farm for its state, once. */
export function readFarmStatus(client: FarmClient): Promise<FarmStatus> {
  return client.json({ path: '/v1/status', patienceMs: 0 }, statusSchema);
}

/** The state of a farm for a terminal. */
export function statusText({ workers, runs, perMinute, tallies }: FarmStatus): string {
  const workerRows = workers.map(({ name, machine, slots, busy, health, done, silentSeconds }) => [
    name,
    machine,
    `${busy} of ${slots} busy`,
    `${done} done`,
    silentSeconds > 15 ? `silent for ${secondsText(silentSeconds * 1000)}` : health,
  ]);
  const runRows = runs.map(({ id, state, waiting, leased, done, able, oldestSeconds }) => [
    id,
    state,
    `${waiting} waiting`,
    `${leased} under way`,
    `${done} done`,
    able === 0 && state === 'open'
      ? 'no worker has the labels that it needs'
      : `oldest ${secondsText(oldestSeconds * 1000)}`,
  ]);
  const counted = Object.entries(tallies).map(([name, count]) => `${name} ${count}`);
  const parts = [
    workers.length === 0 ? ['no workers'] : ['workers', ...table(workerRows)],
    runs.length === 0 ? ['no runs'] : ['runs', ...table(runRows)],
    [
      `${perMinute} results in the last minute${counted.length === 0 ? '' : `; since the beginning: ${counted.join(', ')}`}`,
    ],
  ];
  return `${parts.map((lines) => lines.map(visibleLine).join('\n')).join('\n\n')}\n`;
}
