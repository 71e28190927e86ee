import { EspalierError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import type { Database, Transaction } from './database.ts';
import { migrations } from './migrations.ts';

/** Schemas of the farm's tables and of pg-boss's. */
export const schemas = { farm: 'espalier_farm', boss: 'espalier_boss' } as const;

/** Two that start at once must not both migrate; any number that nobody else uses. */
const migrationLock = 71_520_016;

/** Brings the tables of a database to today's version. Refuses a database that a newer Espalier has migrated. */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await tx.query(`create schema if not exists ${schemas.farm}`);
    await tx.query(`set local search_path to ${schemas.farm}`);
    await tx.query('create table if not exists version (version int not null, espalier text not null)');
    const found = await versionOf(tx);
    if (found.version > migrations.length) throw madeByNewer(found);
    for (const step of migrations.slice(found.version)) await tx.query(step);
    if (found.version === migrations.length) return;
    await tx.query('delete from version');
    await tx.query('insert into version values ($1, $2)', [migrations.length, version()]);
  });
}

interface SchemaVersion {
  readonly version: number;
  readonly espalier: string;
}

async function versionOf(tx: Transaction): Promise<SchemaVersion> {
  const [row] = await tx.query<SchemaVersion>('select version, espalier from version');
  return row ?? { version: 0, espalier: '' };
}

function madeByNewer({ version: found, espalier }: SchemaVersion): EspalierError {
  return new EspalierError(
    'infrastructure',
    `this database holds a farm of Espalier ${espalier} (tables of version ${found}); this is Espalier ${version()}, which knows versions up to ${migrations.length}`,
    { remedy: 'start the farm with that Espalier, or give this one a database of its own' },
  );
}
