import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { EspalierError } from '../base/errors.ts';
import { type RecordFile, readRecords } from '../transcript/reader.ts';
import { issueOf } from '../verdict/issue.ts';
import type { Issue } from '../verdict/verdict.ts';

/** Logs larger than this when unpacked are not judged. */
const largestLog = 512 * 1024 * 1024;

/** Reads a file, or its `.zst` beside it; `undefined` when there is neither. */
export function readMaybePacked(path: string): Buffer | undefined {
  const packed = `${path}.zst`;
  const file = existsSync(path) ? path : packed;
  if (!existsSync(file)) return undefined;
  try {
    const bytes = readFileSync(file);
    return file === packed ? zstdDecompressSync(bytes, { maxOutputLength: largestLog }) : bytes;
  } catch (cause) {
    throw new EspalierError('infrastructure', `cannot be read: ${(cause as Error).message}`, { file, cause });
  }
}

/** The records of an attempt and what is wrong with them. */
export interface ReadRecords {
  readonly file: RecordFile;
  readonly issues: readonly Issue[];
}

/** Reads `records`. Damage counts unless the lab is known to have ended out of order. */
export function readAttemptRecords(attemptDir: string, endedInOrder: boolean): ReadRecords {
  const empty: RecordFile = { hosts: [], records: [], complete: false };
  const bytes = readMaybePacked(join(attemptDir, 'records'));
  if (bytes === undefined) {
    const message = 'is missing';
    return { file: empty, issues: endedInOrder ? [issueOf('record-damage', { file: 'records', message })] : [] };
  }
  const file = readRecords(bytes);
  const excused = !endedInOrder && (file.damage === undefined || file.damage.kind === 'torn');
  if (excused || (file.damage === undefined && file.complete)) return { file, issues: [] };
  const message = file.damage ? `at byte ${file.damage.offset}: ${file.damage.message}` : 'the last frame is missing';
  return { file, issues: [issueOf('record-damage', { file: 'records', message })] };
}
