import { Counter, Gauge, Registry } from 'prom-client';
import type { FarmStatus } from '../wire/protocol.ts';
import type { Database } from './database.ts';
import { tallies } from './tallies.ts';

/** The farm's state as Prometheus reads it. All servers of a farm give the same, but for their own connections. */
export async function metricsText(
  { workers, runs, tallies: counted }: FarmStatus,
  database: Database,
): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const [name, help] of Object.entries(tallies)) {
    const counter = new Counter({ name: `espalier_farm_${name}_total`, help, registers });
    counter.inc(counted[name] ?? 0);
  }
  const gauge = (name: string, help: string, label?: string) =>
    new Gauge({ name: `espalier_farm_${name}`, help, registers, labelNames: label === undefined ? [] : [label] });
  const jobs = gauge('jobs', 'attempts of open runs by state', 'state');
  for (const state of ['waiting', 'leased', 'done'] as const) {
    jobs.set(
      { state },
      runs.reduce((sum, run) => sum + run[state], 0),
    );
  }
  const byHealth = gauge('workers', 'workers by health', 'health');
  for (const health of ['good', 'suspect']) {
    byHealth.set({ health }, workers.filter((worker) => worker.health === health).length);
  }
  gauge('slots', 'labs that all workers can run at once').set(workers.reduce((sum, { slots }) => sum + slots, 0));
  gauge('oldest_job_seconds', 'for how long the oldest job has been under way').set(
    Math.max(0, ...runs.map(({ oldestSeconds }) => oldestSeconds)),
  );
  const connections = gauge('database_connections', "this server's connections to the database by state", 'state');
  const { total, idle, waiting } = database.load;
  for (const [state, count] of Object.entries({ busy: total - idle, idle, awaited: waiting }))
    connections.set({ state }, count);
  return registry.metrics();
}
