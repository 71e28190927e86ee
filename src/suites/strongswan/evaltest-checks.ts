import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomic } from '../../base/files.ts';
import { hasAttemptFile, readAttemptJson } from '../../store/attempt-files.ts';
import { type CheckEvidence, holds } from './judge.ts';

/** Lines that are kept of what a check found, and characters of each. */
const linesKept = 3;
const lineLength = 300;

/** `derived/checks.json` of a test of strongSwan's suite. Texts are Latin-1, one character per byte. */
const fileSchema = z.object({
  version: z.literal(1),
  checks: z.array(
    z.object({
      host: z.string(),
      command: z.string(),
      file: z.string(),
      /** 0: what the suite's driver looks at after every test. */
      line: z.number(),
      pattern: z.string(),
      hit: z.union([z.enum(['YES', 'NO', 'never']), z.number()]),
      /** `no-output`: its command did not end; `unreadable`: the pattern is none. */
      outcome: z.enum(['holds', 'fails', 'no-output', 'unreadable']),
      /** How many lines matched, and the first of them. */
      matched: z.number(),
      lines: z.array(z.string()),
      /** When its command was typed: virtual nanoseconds since 1970, decimal. */
      time: z.string().exactOptional(),
    }),
  ),
});

/** A check of the suite, and what came of it. */
export type EvaltestCheck = z.infer<typeof fileSchema>['checks'][number];

/** A check with the time of its command. */
export interface TimedCheck {
  readonly check: CheckEvidence;
  readonly begin: bigint | undefined;
}

const fileName = 'derived/checks.json';

/** Writes what came of all checks, also of those that hold. */
export function writeEvaltestChecks(attemptDir: string, checks: readonly TimedCheck[]): void {
  writeAtomic(
    join(attemptDir, fileName),
    `${JSON.stringify({ version: 1, checks: checks.map(stored) }, undefined, 1)}\n`,
  );
}

/** Reads them; `undefined` where an earlier version judged, or another format is meant. */
export function readEvaltestChecks(attemptDir: string): readonly EvaltestCheck[] | undefined {
  if (!hasAttemptFile(attemptDir, fileName)) return undefined;
  return readAttemptJson(attemptDir, fileName, fileSchema).checks;
}

function stored({ check, begin }: TimedCheck): EvaltestCheck {
  const { host, command, file, line, pattern, hit, found, output } = check;
  const lines = 'lines' in found ? found.lines : [];
  return {
    host,
    command,
    file,
    line,
    pattern,
    hit,
    outcome:
      output === undefined ? 'no-output' : 'problem' in found ? 'unreadable' : holds(check, lines) ? 'holds' : 'fails',
    matched: lines.length,
    lines: lines.slice(0, linesKept).map((text) => text.slice(0, lineLength)),
    ...(begin !== undefined && { time: String(begin) }),
  };
}
