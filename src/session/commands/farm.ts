import { hostname } from 'node:os';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { say } from '../../base/log.ts';
import { table } from '../../base/text.ts';
import type { Encryption } from '../../farm/server/tls.ts';
import { isLoopback } from '../../farm/wire/address.ts';
import { wholeNumber } from '../option-values.ts';

/** Options of `espalier farm start`. */
export interface FarmStartOptions {
  readonly database?: string;
  readonly host: string;
  readonly port: string;
  readonly connections: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly plain?: boolean;
}

/** `espalier farm start`: serves until it is interrupted; returns the exit code. */
export async function farmStartCommand(options: FarmStartOptions): Promise<number> {
  const { startFarm } = await import('../../farm/server/farm.ts');
  const signal = interruption();
  const { host } = options;
  const port = wholeNumber('--port', options.port, 0);
  const encryption = encryptionOf(options);
  await using farm = await startFarm({ database: databaseOf(options), host, port, encryption });
  const origin = `${encryption === 'plain' ? 'http' : 'https'}://${reachableName(host)}:${farm.port}`;
  say(`farm: ${origin}${farm.fingerprint === undefined ? '' : `#sha256=${farm.fingerprint}`}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return 0;
}

/** A host as clients can name it: what is listened on everywhere is reached by the machine's name. */
function reachableName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}

function encryptionOf({ tlsCert, tlsKey, plain, host }: FarmStartOptions): Encryption {
  if (plain) {
    if (isLoopback(host)) return 'plain';
    throw new EspalierError('usage', `--plain: only loopback is served without encryption, and not ${host}`);
  }
  if (tlsCert === undefined && tlsKey === undefined) return 'own';
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new EspalierError('usage', '--tls-cert and --tls-key go together');
  }
  return { certFile: tlsCert, keyFile: tlsKey };
}

/** Where the database is: an option, the environment, else what `pg` takes from PGHOST and its like. */
function databaseOf({ database, connections }: Pick<FarmStartOptions, 'database' | 'connections'>) {
  const url = database ?? process.env.ESPALIER_FARM_DATABASE;
  const max = wholeNumber('--connections', connections, 2);
  if (url === undefined || url === '') return { max };
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new EspalierError('usage', '--database: is not the address of a PostgreSQL database', {
      remedy: 'give postgres://USER@HOST:PORT/NAME, with the password in PGPASSWORD or ~/.pgpass',
    });
  }
  return { connectionString: url, max };
}

export type TokenOptions = Pick<FarmStartOptions, 'database'>;

/** `espalier farm token …`: makes, lists and revokes tokens, in the database itself. */
export async function farmTokenCommand(
  what: 'add' | 'list' | 'revoke',
  { name, role }: { readonly name: string; readonly role: string },
  options: TokenOptions,
): Promise<void> {
  const { openFarmDatabase } = await import('../../farm/server/farm.ts');
  const { addToken, listTokens, revokeToken } = await import('../../farm/server/tokens.ts');
  await using database = await openFarmDatabase(databaseOf({ ...options, connections: '2' }));
  if (what === 'add') {
    if (role !== 'worker' && role !== 'driver') {
      throw new EspalierError('usage', `--role ${role}: worker or driver is expected`);
    }
    process.stdout.write(`${await addToken(database, { name, role })}\n`);
  } else if (what === 'revoke') await revokeToken(database, name);
  else {
    const rows = (await listTokens(database)).map((one) => [one.name, one.role, one.made.toISOString()]);
    process.stdout.write(rows.length === 0 ? 'no tokens\n' : `${table(rows).join('\n')}\n`);
  }
}

/** `espalier farm status`. */
export async function farmStatusCommand({
  farm,
  json,
}: {
  readonly farm?: string;
  readonly json?: boolean;
}): Promise<void> {
  const { openFarm } = await import('../farm/open.ts');
  const { readFarmStatus, statusText } = await import('../farm/status-text.ts');
  using client = await openFarm(farm, 'driver');
  const status = await readFarmStatus(client);
  process.stdout.write(json ? `${JSON.stringify(status, undefined, 1)}\n` : statusText(status));
}
