import { randomBytes } from 'node:crypto';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import type { Sql } from './database.ts';

export type Role = 'worker' | 'driver';

/** Whose token a request has. */
export interface Holder {
  readonly name: string;
  readonly role: Role;
}

/** Makes a token; the secret is in nobody's hands but the caller's. Throws `usage` for a name that is taken. */
export async function addToken(sql: Sql, { name, role }: Holder): Promise<string> {
  const secret = `${role[0]}_${randomBytes(24).toString('base64url')}`;
  const made = await sql.query(
    `insert into token (name, role, hash) values ($1, $2, $3)
     on conflict (name) do update set role = excluded.role, hash = excluded.hash, made = now()
     where token.hash like 'revoked %' returning 1`,
    [name, role, sha256(secret)],
  );
  if (made.length === 1) return secret;
  throw new EspalierError('usage', `there is a token named ${name} already`, {
    remedy: `take another name, or revoke it first: espalier farm token revoke ${name}`,
  });
}

/** Takes a token away, and with it the sessions of its workers; their jobs are given to others. */
export async function revokeToken(sql: Sql, name: string): Promise<void> {
  const gone = await sql.query(
    "update token set hash = 'revoked ' || gen_random_uuid() where name = $1 and hash not like 'revoked %' returning 1",
    [name],
  );
  // Whoever has a token of this name next begins sessions of its own.
  await sql.query('update worker set gone = now() where token = $1 and gone is null', [name]);
  if (gone.length === 1) return;
  throw new EspalierError('usage', `no token is named ${name}`, { remedy: 'see espalier farm token list' });
}

/** The tokens that hold, in order of their names. */
export function listTokens(sql: Sql): Promise<(Holder & { readonly made: Date })[]> {
  return sql.query("select name, role, made from token where hash not like 'revoked %' order by name");
}

/** Whose a secret is. */
export async function holderOf(sql: Sql, secret: string): Promise<Holder | undefined> {
  const [holder] = await sql.query<Holder>('select name, role from token where hash = $1', [sha256(secret)]);
  return holder;
}
