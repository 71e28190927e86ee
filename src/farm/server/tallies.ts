import type { Sql } from './database.ts';

/** What is counted: by all servers of a farm together, over their lives. */
export const tallies = {
  accepted: 'results that were accepted',
  stale: 'results of workers that no longer held the job, refused',
  lost: 'jobs whose worker was lost',
  poison: 'tests that lost three workers',
  canaries: 'tests that suspect workers passed before they got more work',
  refused: 'requests that were refused',
} as const;
type Tally = keyof typeof tallies;

/** Counts one more. */
export async function count(sql: Sql, name: Tally): Promise<void> {
  await sql.query('insert into tally values ($1, 1) on conflict (name) do update set value = tally.value + 1', [name]);
}

export async function readTallies(sql: Sql): Promise<Partial<Record<Tally, number>>> {
  const rows = await sql.query<{ name: Tally; value: string }>('select name, value from tally');
  return Object.fromEntries(rows.map(({ name, value }) => [name, Number(value)]));
}
