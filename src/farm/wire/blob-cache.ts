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
import { basename, dirname, join, relative, sep } from 'node:path';
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

/** Contents for one piece of work: none of them is removed before it ends. */
export interface BlobUse extends Disposable {
  /** Path of a content, fetched from the farm unless it is here. Its hash is checked when it comes. */
  fetch(file: WantedFile, signal: AbortSignal): Promise<string>;
}

/** Contents that were fetched, by their hash, below a limit of bytes: what was used longest ago goes first. */
export class BlobCache {
  readonly #dir: string;
  readonly #limit: number;
  readonly #fetching = new Map<string, Promise<void>>();
  /** Pieces of work by the folder of a content that they use. */
  readonly #used = new Map<string, number>();

  constructor(dir: string, limit: number) {
    this.#dir = dir;
    this.#limit = limit;
  }

  use(client: FarmClient): BlobUse {
    const folders = new Set<string>();
    return {
      fetch: (file, signal) => {
        const path = this.#pathOf(file);
        const folder = dirname(path);
        if (!folders.has(folder)) this.#used.set(folder, (this.#used.get(folder) ?? 0) + 1);
        folders.add(folder);
        return this.#fetch(client, { sha256: file.sha256, path, signal });
      },
      [Symbol.dispose]: () => {
        for (const folder of folders) {
          const others = (this.#used.get(folder) ?? 1) - 1;
          if (others === 0) this.#used.delete(folder);
          else this.#used.set(folder, others);
        }
      },
    };
  }

  #pathOf({ sha256, name }: WantedFile): string {
    return join(this.#dir, sha256.slice(0, 2), sha256, basename(name));
  }

  async #fetch(client: FarmClient, wanted: Download): Promise<string> {
    const { path, signal } = wanted;
    for (;;) {
      if (existsSync(path)) {
        const now = new Date();
        utimesSync(path, now, now);
        return path;
      }
      const going = this.#fetching.get(path);
      if (going === undefined) break;
      // Whoever fetches it may be told to stop, which is not for this one.
      await going.catch(() => {});
      if (signal.aborted) throw new EspalierError('cancelled', 'the content is not needed any more');
    }
    const fetching = this.#download(client, wanted).finally(() => this.#fetching.delete(path));
    this.#fetching.set(path, fetching);
    await fetching;
    return path;
  }

  async #download(client: FarmClient, { sha256, path, signal }: Download): Promise<void> {
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
      this.#makeRoom();
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  /** Removes contents that nobody uses, with what was laid out of them: those that were used longest ago. */
  #makeRoom(): void {
    const contents = new Map<string, { size: number; used: number }>();
    for (const entry of readdirSync(this.#dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const stat = statSync(path, { throwIfNoEntry: false });
      const [two = '', hash = ''] = relative(this.#dir, path).split(sep);
      const folder = join(this.#dir, two, hash);
      const { size, used } = contents.get(folder) ?? { size: 0, used: 0 };
      contents.set(folder, { size: size + (stat?.size ?? 0), used: Math.max(used, stat?.mtimeMs ?? 0) });
    }
    let total = 0;
    for (const [folder, { size }] of [...contents].sort(([, a], [, b]) => b.used - a.used)) {
      total += size;
      if (total > this.#limit && !this.#used.has(folder)) rmSync(folder, { recursive: true, force: true });
    }
  }
}

interface Download {
  readonly sha256: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

function damaged(hash: string): EspalierError {
  return new EspalierError('infrastructure', `the farm sent something else than ${hash}`, {
    remedy: 'look at the disk of PostgreSQL; the job goes to another worker',
  });
}
