import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EspalierError } from './errors.ts';

/** SHA-256 of bytes or text, in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of a file's content, in hex, read in pieces. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Up to `length` bytes of an open file from `offset` on; fewer only where the file ends. One call of the system may give fewer. */
export function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/** Writes all bytes to an open file, at `position` or where it stands. One call of the system may take a part only. */
export async function writeAll(file: Pick<FileHandle, 'write'>, bytes: Uint8Array, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}

/** A name beside `path`, on the same filesystem, that no other process uses. */
export function temporaryBeside(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Writes a file so that readers see the old content or the new one, never a part. Makes its folder. */
export function writeAtomic(path: string, data: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  try {
    writeFileSync(temporary, data, { mode });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
}

/** Anything with a `parse` that returns the checked value or throws; zod schemas are such. */
export interface Check<T> {
  parse(value: unknown): T;
}

/** Reads and checks a JSON file; every error names the file. `undefined` when it does not exist. */
export function readJsonIfPresent<T>(path: string, check: Check<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EspalierError('infrastructure', `cannot be read: ${(cause as Error).message}`, { file: path, cause });
  }
  return parseJson(text, check, path);
}

/** Checks the text of a JSON file; every error names the file. */
export function parseJson<T>(text: string, check: Check<T>, path: string): T {
  return checkJson(() => JSON.parse(text), check, path);
}

/** Checks what a JSON file holds; every error names the file. */
export function checkJson<T>(content: () => unknown, check: Check<T>, path: string): T {
  try {
    return check.parse(content());
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    const why = cause instanceof SyntaxError ? cause.message : describeIssues(cause);
    throw new EspalierError('infrastructure', `is not what was expected: ${why}`, { file: path, cause });
  }
}

/** Like `readJsonIfPresent`, and a missing file is an error too. */
export function readJson<T>(path: string, check: Check<T>): T {
  const value = readJsonIfPresent(path, check);
  if (value === undefined) throw new EspalierError('infrastructure', 'does not exist', { file: path });
  return value;
}

/** The issues of a schema error as one line: `packages[2]: expected string`. */
export function describeIssues(error: unknown): string {
  const issues = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues;
  if (!Array.isArray(issues)) return error instanceof Error ? error.message : String(error);
  const place = (path: PropertyKey[]): string =>
    path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
  return issues.map(({ path, message }) => (path.length > 0 ? `${place(path)}: ${message}` : message)).join('; ');
}
