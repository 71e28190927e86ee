import { type RecordFile, readRecords } from '../../evidence/records/reader.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';
import { readAttemptFile } from '../../store/attempt-files.ts';

/** The records of an attempt and what is wrong with them. */
export interface ReadRecords {
  readonly file: RecordFile;
  readonly issues: readonly Issue[];
}

/** Reads `records`. Damage counts unless the lab is known to have ended out of order. */
export function readAttemptRecords(attemptDir: string, endedInOrder: boolean): ReadRecords {
  const empty: RecordFile = { hosts: [], records: [], complete: false };
  const bytes = readAttemptFile(attemptDir, 'records');
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
