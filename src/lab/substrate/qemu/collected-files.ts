import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import type { EvidenceWriter } from './quota.ts';

const longestName = 255;
const mostFiles = 20_000;

/** A name that stays below its folder, and that no terminal takes for more than a name. */
function isFine(name: string): boolean {
  const isPlain = name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= longestName;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return isPlain && !/[\x00-\x1f\x7f-\x9f\ufffd]/.test(name);
}

/** Files that machines hand out at their end, below one folder, whatever their names are. */
export class CollectedFiles {
  readonly #dir: string;
  readonly #writer: EvidenceWriter;
  /** The file that each machine is handing out. */
  readonly #open = new Map<string, string>();
  #count = 0;

  constructor(dir: string, writer: EvidenceWriter) {
    this.#dir = dir;
    this.#writer = writer;
  }

  /** A machine begins a file. Returns why it is not taken, or `undefined`. */
  begin(host: string, name: string): string | undefined {
    this.#open.delete(host);
    const parts = name.split('/').filter((part) => part !== '');
    if (parts.length === 0 || !parts.every(isFine)) return `file ${JSON.stringify(name)}: its name cannot be kept`;
    this.#count += 1;
    if (this.#count > mostFiles) throw new EspalierError('guest', `the lab handed out more than ${mostFiles} files`);
    const path = join(this.#dir, ...parts);
    if (existsSync(path)) return `file ${name}: another machine handed out one of the same name`;
    mkdirSync(dirname(path), { recursive: true });
    this.#open.set(host, path);
    this.#writer.append('files', path, new Uint8Array());
    return undefined;
  }

  /** The next bytes of a machine's file. */
  bytes(host: string, bytes: Uint8Array): void {
    const path = this.#open.get(host);
    if (path !== undefined) this.#writer.append('files', path, bytes);
  }
}
