import { join } from 'node:path';
import { filesBelow, removeTree } from '../../base/door/folders.ts';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { excerptOf, isFileName } from '../../base/text.ts';
import { unpackAttempt } from '../../store/attempt-archive.ts';
import { attemptFiles } from '../../store/attempt-files.ts';
import { openArchive } from '../../store/open-archive.ts';

/** What `espalier pcap` leaves in the folder (src/session/commands/pcap.ts): made from raw files, it is true of any judgement. */
const ofPcap = /^links\./;

/** What judging makes of an attempt, held until all of it is there. */
export class Derived {
  readonly #files = new Map<string, Buffer>();

  /** Takes a file by its name in `derived/`; text becomes UTF-8. Raises `infrastructure` for what is not one name. */
  put(name: string, content: string | Uint8Array): void {
    if (!isFileName(name)) throw new EspalierError('infrastructure', `${excerptOf(name)} is not the name of a file`);
    this.#files.set(name, typeof content === 'string' ? Buffer.from(content) : bufferOf(content));
  }

  /** Makes `derived/` hold these files and no others. What is there already, plain or packed, is not written again. */
  async write(attemptDir: string): Promise<void> {
    const packed = [...(openArchive(attemptDir)?.keys() ?? [])].filter((name) => name.startsWith('derived/'));
    const isStale = packed.some((name) => !this.#files.has(name.slice('derived/'.length)));
    if (isStale) await unpackAttempt(attemptDir);
    const dir = join(attemptDir, 'derived');
    const plain = keepOnly(attemptDir, (name) => this.#files.has(name));
    if (plain.length === 0 && packed.length === 0) this.#writeFresh(dir);
    else this.#writeChanged(attemptDir);
  }

  /** Nobody reads what was not there before. */
  #writeFresh(dir: string): void {
    for (const [name, bytes] of this.#files) writePlain(join(dir, name), bytes);
  }

  #writeChanged(attemptDir: string): void {
    const before = attemptFiles(attemptDir);
    for (const [name, bytes] of this.#files) {
      const path = `derived/${name}`;
      if (before.read(path)?.equals(bytes) !== true) writePlain(join(attemptDir, path), bytes);
    }
  }
}

/** Removes what an earlier judgement left as plain files. */
export function clearDerived(attemptDir: string): void {
  keepOnly(attemptDir, () => false);
}

/** Removes plain files below `derived/` that are not wanted; returns those that are left. */
function keepOnly(attemptDir: string, wanted: (name: string) => boolean): string[] {
  const dir = join(attemptDir, 'derived');
  const { files } = filesBelow(dir);
  const kept = files.filter((name) => wanted(name) || ofPcap.test(name));
  for (const name of files) if (!kept.includes(name)) removeTree(join(dir, name));
  return kept;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
