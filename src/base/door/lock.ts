import { closeSync, ftruncateSync, writeSync } from 'node:fs';
import { EspalierError } from '../errors.ts';
import { lockOpenFile } from '../folders.ts';
import { failed } from './handle.ts';
import { openInPlace } from './write.ts';

/** A plain file that this process has locked, until disposed of or until the process dies. */
export class FileLock implements Disposable {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** Puts a text in place of the file's. Not by a rename: the lock is the file's. */
  write(text: string): void {
    try {
      ftruncateSync(this.#descriptor);
      writeSync(this.#descriptor, text);
    } catch (cause) {
      throw failed(cause, this.#path, 'cannot be written');
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/**
 * Locks a plain file, which is made where it is not there; `undefined` where another process holds it. Raises `infrastructure`
 * for what is not a plain file.
 */
export function lockPlainIfFree(path: string): Promise<FileLock | undefined> {
  return locked(path, 'if free');
}

/** The same, and waits until no other process holds it. */
export async function lockPlain(path: string): Promise<Disposable> {
  const lock = await locked(path);
  if (lock === undefined) throw new EspalierError('bug', 'was waited for and not locked', { file: path });
  return lock;
}

async function locked(path: string, when?: 'if free'): Promise<FileLock | undefined> {
  const descriptor = openInPlace(path);
  using opened = new DisposableStack();
  opened.defer(() => closeSync(descriptor));
  if (!(await lockOpenFile(descriptor, path, when))) return undefined;
  opened.move();
  return new FileLock(path, descriptor);
}
