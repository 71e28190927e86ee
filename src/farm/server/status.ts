import { version } from '../../base/version.ts';
import type { FarmStatus } from '../wire/protocol.ts';
import type { Sql } from './database.ts';
import { readTallies } from './tallies.ts';
import { isLive, isSuspect } from './workers.ts';

/** Workers that were heard of lately, runs that are not over, and rates. */
export async function readStatus(sql: Sql): Promise<FarmStatus> {
  const workers = await sql.query<FarmStatus['workers'][number]>(
    `select name, machine, slots, case when ${isSuspect} then 'suspect' else 'good' end as health, done,
       (select count(*)::int from lease where lease.worker = session) as busy,
       extract(epoch from now() - seen)::float as "silentSeconds"
     from worker where gone is null and seen > now() - interval '10 minutes' order by name`,
  );
  const runs = await sql.query<FarmStatus['runs'][number]>(
    `select id, state,
       (select count(*)::int from task where run = id and task.state in ('held', 'waiting')) as waiting,
       (select count(*)::int from task where run = id and task.state = 'leased') as leased,
       (select count(*)::int from task where run = id and task.state = 'done') as done,
       (select count(*)::int from worker where needs <@ labels and ${isLive}) as able,
       coalesce((select extract(epoch from now() - min(began)) from lease where lease.run = id), 0)::float as "oldestSeconds"
     from run where state = 'open' or touched > now() - interval '10 minutes' order by opened`,
  );
  const [rate] = await sql.query<{ count: number }>(
    "select count(*)::int as count from result where at > now() - interval '1 minute'",
  );
  return { espalier: version(), workers, runs, perMinute: rate?.count ?? 0, tallies: await readTallies(sql) };
}
