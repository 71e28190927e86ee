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

/** The key of this installation, which is drawn on first use. Raises `infrastructure` where it cannot be kept to its owner. */
function installationKey(): Buffer {
  const file = stateFile('key');
  const key = known.get(file) ?? readKey(file) ?? makeKey(file);
  known.set(file, key);
  return key;
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
  try {
    return { ...content, signature: signatureOf(content).toString('hex') };
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    warn(
      `${error.detail.file}: ${error.message}; without a key, later commands ask before they execute what a run names`,
    );
    return content;
  }
}

/** Whether this installation signed a document, as it was parsed. */
export function isSignedHere(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  const { signature, ...content } = document as { readonly signature?: unknown };
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return false;
  try {
    return timingSafeEqual(Buffer.from(signature, 'hex'), signatureOf(content));
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return false;
  }
}

/** Over the text that JSON has of all but the signature, in the order of the file. */
function signatureOf(content: object): Buffer {
  return createHmac('sha256', installationKey())
    .update(`espalier 1\n${JSON.stringify(content)}`)
    .digest();
}
