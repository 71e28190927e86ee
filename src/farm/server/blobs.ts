import { createHash, randomUUID } from 'node:crypto';
import type { Database, Sql } from './database.ts';
import { Refused } from './refused.ts';

/** Bytes of a row: what one statement carries. */
const chunkSize = 1024 * 1024;

type BlobKind = 'input' | 'result';

export interface StoredBlob {
  readonly sha256: string;
  readonly size: number;
  readonly kind: BlobKind;
  readonly upload: string;
}

/** Those of these inputs that are not there. */
export async function missingBlobs(sql: Sql, hashes: readonly string[]): Promise<string[]> {
  const found = await sql.query<{ sha256: string }>(
    "select sha256 from blob where sha256 = any($1) and kind = 'input'",
    [hashes],
  );
  const there = new Set(found.map(({ sha256 }) => sha256));
  return [...new Set(hashes)].filter((hash) => !there.has(hash));
}

/** A content as it is announced. */
export interface Announced {
  readonly sha256: string;
  readonly kind: BlobKind;
}

/**
 * Takes a content in pieces. It is there once all of it came and its hash is right; a content of which two are uploaded at once
 * is kept once.
 */
export async function storeBlob(
  database: Database,
  { sha256, kind }: Announced,
  body: AsyncIterable<Uint8Array>,
): Promise<number> {
  const upload = randomUUID();
  try {
    const size = await storeChunks(database, { upload, sha256 }, body);
    const [row] = await database.query(
      'insert into blob (sha256, size, kind, upload) values ($1, $2, $3, $4) on conflict (sha256, kind) do nothing returning 1',
      [sha256, size, kind, upload],
    );
    if (row === undefined) await dropUpload(database, upload);
    return size;
  } catch (error) {
    await dropUpload(database, upload).catch(() => {});
    throw error;
  }
}

interface Upload {
  readonly upload: string;
  readonly sha256: string;
}

async function storeChunks(sql: Sql, { upload, sha256 }: Upload, body: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let waiting: Uint8Array[] = [];
  let held = 0;
  let size = 0;
  let part = 0;
  const flush = async (): Promise<void> => {
    await sql.query('insert into chunk (upload, part, bytes) values ($1, $2, $3)', [
      upload,
      part,
      Buffer.concat(waiting),
    ]);
    waiting = [];
    held = 0;
    part += 1;
  };
  for await (const bytes of body) {
    size += bytes.length;
    hash.update(bytes);
    waiting.push(bytes);
    held += bytes.length;
    if (held >= chunkSize) await flush();
  }
  if (held > 0) await flush();
  if (hash.digest('hex') !== sha256)
    throw new Refused(400, 'the bytes do not have the hash that they were announced with');
  return size;
}

async function dropUpload(sql: Sql, upload: string): Promise<void> {
  await sql.query('delete from chunk where upload = $1', [upload]);
}

export async function findBlob(
  sql: Sql,
  { sha256, kind }: Pick<StoredBlob, 'sha256' | 'kind'>,
): Promise<StoredBlob | undefined> {
  const [row] = await sql.query<StoredBlob & { size: string }>(
    'select sha256, size, kind, upload from blob where sha256 = $1 and kind = $2',
    [sha256, kind],
  );
  return row && { ...row, size: Number(row.size) };
}

/** A content piece by piece, so that none is ever held whole. */
export async function* readBlob(
  sql: Sql,
  { upload, size }: Pick<StoredBlob, 'upload' | 'size'>,
): AsyncGenerator<Uint8Array> {
  for (let part = 0, left = size; left > 0; part += 1) {
    const [row] = await sql.query<{ bytes: Buffer }>('select bytes from chunk where upload = $1 and part = $2', [
      upload,
      part,
    ]);
    // Whoever reads sees that bytes are missing.
    if (row === undefined) return;
    left -= row.bytes.length;
    yield row.bytes;
  }
}
