import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { realRoot } from './door/handle.ts';
import { limits } from './door/limits.ts';
import { openPlain, readPlain } from './door/read.ts';
import { EspalierError } from './errors.ts';
import { temporaryBeside } from './files.ts';
import { warn } from './log.ts';

/** Bytes of the key. */
const keySize = 32;

/** Where this installation keeps what cannot be made again, and what the cache must not lose: `espalier` in XDG_STATE_HOME. */
function stateFile(name: string): string {
  return join(realRoot(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state')), 'espalier', name);
}

/** Keys by file, as they were read: every opened run is checked. */
const known = new Map<string, Buffer>();

/** The key of this installation, if it has one. Raises `infrastructure` where it cannot be used. */
function presentKey(file: string): Buffer | undefined {
  const key = known.get(file) ?? readKey(file);
  if (key !== undefined) known.set(file, key);
  return key;
}

/** The same; one is drawn where there is none. Raises `infrastructure` where it cannot be kept to its owner. */
function neededKey(file: string): Buffer {
  const key = presentKey(file) ?? makeKey(file);
  known.set(file, key);
  return key;
}

/** Files of keys that were warned about. */
const warned = new Set<string>();

/** A key that cannot be used: said once, for every document is signed with it, and every one that is read is checked. */
function warnOfKey(file: string, error: unknown): void {
  if (!(error instanceof EspalierError)) throw error;
  if (warned.has(file)) return;
  warned.add(file);
  const { remedy } = error.detail;
  const what = 'without a key, commands ask before they execute what a run names';
  warn(`${error.detail.file}: ${error.message}; ${what}${remedy === undefined ? '' : `\n  -> ${remedy}`}`);
}

function readKey(file: string): Buffer | undefined {
  const key = readPlain(file, limits.mark);
  if (key === undefined) return undefined;
  using open = openPlain(file);
  if (open?.isPrivate && key.length === keySize) return key;
  const why = key.length === keySize ? 'others may read it' : 'it is not a key';
  const remedy = 'remove it: a new one is drawn, and earlier runs count as handed over';
  throw new EspalierError('infrastructure', `cannot be the key of this installation: ${why}`, { file, remedy });
}

/** Two processes that draw one at once agree on the one that was linked first. */
function makeKey(file: string): Buffer {
  const temporary = temporaryBeside(file);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, randomBytes(keySize), { mode: 0o600, flag: 'wx' });
    chmodSync(temporary, 0o600);
    linkSync(temporary, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new EspalierError('infrastructure', `no key can be kept: ${(cause as Error).message}`, { file, cause });
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  const key = readKey(file);
  if (key === undefined) throw new EspalierError('infrastructure', 'is gone', { file });
  return key;
}

/** A JSON document with the signature of this installation, where it can keep a key; else as it is, with a warning. */
export function signed<T extends object>(content: T): T & { readonly signature?: string } {
  const file = stateFile('key');
  try {
    return { ...content, signature: signatureOf(content, neededKey(file)).toString('hex') };
  } catch (error) {
    warnOfKey(file, error);
    return content;
  }
}

/** Whether this installation signed a document, as it was parsed. One without a key signed nothing, and needs none for that. */
export function isSignedHere(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  const { signature, ...content } = document as { readonly signature?: unknown };
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const file = stateFile('key');
  try {
    const key = presentKey(file);
    return key !== undefined && timingSafeEqual(Buffer.from(signature, 'hex'), signatureOf(content, key));
  } catch (error) {
    warnOfKey(file, error);
    return false;
  }
}

/** Over the text that JSON has of all but the signature, in the order of the file. */
function signatureOf(content: object, key: Buffer): Buffer {
  return createHmac('sha256', key)
    .update(`espalier 1\n${JSON.stringify(content)}`)
    .digest();
}
