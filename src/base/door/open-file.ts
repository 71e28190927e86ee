import { closeSync, createReadStream, type ReadStream, readSync, type Stats } from 'node:fs';

/** A plain file as it was when it was opened: what grows meanwhile is not seen. Closed by leaving its scope, unless it is streamed. */
export class OpenFile implements Disposable {
  readonly bytes: number;
  /** Another file of the same name has another one. */
  readonly inode: number;
  /** Nobody but its owner, who is the one that runs this process, may read it. */
  readonly isPrivate: boolean;
  readonly #descriptor: number;
  #isOpen = true;

  constructor(descriptor: number, { size, ino, mode, uid }: Stats) {
    this.#descriptor = descriptor;
    this.bytes = size;
    this.inode = ino;
    this.isPrivate = (mode & 0o077) === 0 && uid === process.geteuid?.();
  }

  /** The bytes from an offset up to another; fewer where the file was cut meanwhile. */
  read(from = 0, to = this.bytes): Buffer {
    const content = Buffer.alloc(Math.max(0, Math.min(to, this.bytes) - from));
    let filled = 0;
    while (filled < content.length) {
      const count = readSync(this.#descriptor, content, filled, content.length - filled, from + filled);
      if (count === 0) break;
      filled += count;
    }
    return content.subarray(0, filled);
  }

  /** All bytes, piece by piece; the stream closes the file. Not for an empty file, which has no last byte. */
  stream(): ReadStream {
    this.#isOpen = false;
    return createReadStream('', { fd: this.#descriptor, end: this.bytes - 1 });
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}
