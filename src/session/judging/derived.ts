import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../base/files.ts';
import { unpackAttempt } from '../../store/attempt-archive.ts';
import { attemptFiles, filesBelow, openArchive } from '../../store/attempt-files.ts';

/** What `espalier pcap` leaves in the folder (src/session/commands/pcap.ts): made from raw files, it is true of any judgement. */
const ofPcap = /^links\./;

/** What judging makes of an attempt, held until all of it is there. */
export class Derived {
  readonly #files = new Map<string, Buffer>();

  /** Takes a file by its name below `derived/`; text becomes UTF-8. */
  put(name: string, content: string | Uint8Array): void {
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
    mkdirSync(dir, { recursive: true });
    for (const [name, bytes] of this.#files) writeFileSync(join(dir, name), bytes);
  }

  #writeChanged(attemptDir: string): void {
    const before = attemptFiles(attemptDir);
    for (const [name, bytes] of this.#files) {
      const path = `derived/${name}`;
      if (before.read(path)?.equals(bytes) !== true) writeAtomic(join(attemptDir, path), bytes);
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
  for (const name of files) if (!kept.includes(name)) rmSync(join(dir, name));
  return kept;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
