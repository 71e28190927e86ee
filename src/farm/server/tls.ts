import { readFileSync } from 'node:fs';
import { EspalierError } from '../../base/errors.ts';
import type { Database } from './database.ts';
import { makeOwnCertificate, type OwnCertificate } from './self-signed.ts';

/** How a farm is reached: with a certificate of an authority, with one that it makes for itself, or on loopback in plain. */
export type Encryption = 'own' | 'plain' | { readonly certFile: string; readonly keyFile: string };

/** Certificate and key; `undefined`: in plain. All servers of a farm that have none given have the same. */
export async function certificateFor(encryption: Encryption, database: Database): Promise<OwnCertificate | undefined> {
  if (encryption === 'plain') return undefined;
  if (encryption === 'own') return ownCertificate(database);
  return { cert: readText(encryption.certFile), key: readText(encryption.keyFile) };
}

async function ownCertificate(database: Database): Promise<OwnCertificate> {
  const { cert, key } = makeOwnCertificate(new Date());
  await database.query('insert into certificate (cert, key) values ($1, $2) on conflict do nothing', [cert, key]);
  const [stored] = await database.query<OwnCertificate>('select cert, key from certificate');
  return stored ?? { cert, key };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EspalierError('usage', `cannot be read: ${(cause as Error).message}`, { file, cause });
  }
}
