import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConsoleTranscript, consoles } from '../transcript/consoles.ts';
import { readRecords } from '../transcript/reader.ts';

/** Everything that went over the consoles of an attempt; empty where there are no records. */
export function readConsoles(attemptDir: string): ConsoleTranscript[] {
  const path = join(attemptDir, 'records');
  return existsSync(path) ? consoles(readRecords(readFileSync(path))) : [];
}
