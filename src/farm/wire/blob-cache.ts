import { createHash } from 'node:crypto';
import {
  chmodSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EspalierError } from '../../base/errors.ts';
import { temporaryBeside } from '../../base/files.ts';
import type { FarmClient } from './client.ts';

/** A file that a worker needs. */
export interface WantedFile {
  readonly sha256: string;
  /** What it is called where it came from: names of image files can be seen inside labs. */
  readonly name: string;
}

/** Contents that were fetched, by their hash, below a limit of bytes: what was used longest ago goes first. */
export class BlobCache {
  readonly #dir: string;
  readonly #limit: number;
  readonly #fetching = new Map<string, Promise<string>>();

  constructor(dir: string, limit: number) {
    this.#dir = dir;
    this.#limit = limit;
  }

  /** Path of a content, fetched from the farm unless it is here. Its hash is checked when it comes. */
  async fetch(client: FarmClient, { sha256, name }: WantedFile, signal: AbortSignal): Promise<string> {
    const path = join(this.#dir, sha256.slice(0, 2), sha256, basename(name));
    if (existsSync(path)) {
      const now = new Date();
      utimesSync(path, now, now);
      return path;
    }
    const going = this.#fetching.get(path);
    if (going !== undefined) return going;
    const fetching = this.#download(client, { sha256, path, signal }).finally(() => this.#fetching.delete(path));
    this.#fetching.set(path, fetching);
    return fetching;
  }

  async #download(
    client: FarmClient,
    { sha256, path, signal }: { readonly sha256: string; readonly path: string; readonly signal: AbortSignal },
  ): Promise<string> {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = temporaryBeside(path);
    try {
      const call = { path: `/v1/inputs/${sha256}`, signal };
      await client.bytes(call, async (response) => {
        const hash = createHash('sha256');
        const hashing = new Transform({
          transform(chunk: Buffer, _, done) {
            hash.update(chunk);
            done(null, chunk);
          },
        });
        await pipeline(response, hashing, createWriteStream(temporary));
        if (hash.digest('hex') !== sha256) throw damaged(sha256);
      });
      // A kernel among them is executed, and nobody writes to any.
      chmodSync(temporary, 0o555);
      renameSync(temporary, path);
      this.#makeRoom(path);
      return path;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Removes what was used longest ago; `kept` stays whatever it weighs. */
  #makeRoom(kept: string): void {
    const found = readdirSync(this.#dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        return { path, size: stat?.size ?? 0, used: stat?.mtimeMs ?? 0 };
      })
      .sort((a, b) => b.used - a.used);
    let size = 0;
    for (const { path, size: bytes } of found) {
      size += bytes;
      if (size > this.#limit && path !== kept) rmSync(dirname(path), { recursive: true, force: true });
    }
  }
}

function damaged(hash: string): EspalierError {
  return new EspalierError('infrastructure', `the farm sent something else than ${hash}`, {
    remedy: 'look at the disk of PostgreSQL; the job goes to another worker',
  });
}
