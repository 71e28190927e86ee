import { dirname, join } from 'node:path';
import { z } from 'zod';
import { sha256, writeAtomic } from '../../base/files.ts';
import { unifiedDiff } from '../../judge/text/difference.ts';
import { type ChecksFile, checksSchema } from '../../model/checks.ts';
import { text } from '../../model/schema.ts';
import type { Verdict } from '../../model/verdict.ts';
import { readAttemptJson } from '../../store/attempt-files.ts';
import { type AttemptParts, type Format, type GoldenText, storedSchema } from '../format.ts';
import { judgeCourse } from './judge.ts';
import type { FileScenario } from './scenarios.ts';

/** `scenario.json` of a scenario that a TypeScript file declares. */
const schema = storedSchema.extend({ format: z.literal('scenario'), file: text });
type Stored = z.infer<typeof schema>;

/** What a scenario's own checks came to, beside the oracles. */
export const scenarioFormat: Format<FileScenario, Stored> = {
  schema,
  store: ({ judging }) => ({ file: judging.file }),
  judge,
  folder: ({ file }) => dirname(file),
  golden: (_, attemptDir) =>
    readChecks(attemptDir).checks.flatMap(({ golden }) => (golden ? [goldenText(golden)] : [])),
};

/** Reads `checks.json`. */
export function readChecks(attemptDir: string): ChecksFile {
  return readAttemptJson(attemptDir, 'checks.json', checksSchema);
}

function goldenText({ file, expected, received }: NonNullable<ChecksFile['checks'][number]['golden']>): GoldenText {
  return { file, content: Buffer.from(received), before: expected === undefined ? undefined : sha256(expected) };
}

async function judge(stored: Stored, { attemptDir, attempt, damage, golden, facts }: AttemptParts): Promise<Verdict> {
  const { checks, fault } = readChecks(attemptDir);
  for (const check of checks) {
    if (check.golden === undefined || check.passed) continue;
    const { file, expected = '', received } = check.golden;
    const name = file.replaceAll('/', '%2f').replace(/\.txt$/, '');
    const diff = unifiedDiff(expected, received, [`expected/${file}`, `received/${file}`]);
    writeAtomic(join(attemptDir, 'derived', `${name}.diff`), diff);
  }
  const step = attempt.end.step === undefined ? undefined : stored.steps[attempt.end.step];
  return judgeCourse({
    checks,
    ...(fault && { fault }),
    end: attempt.end,
    ...(step && { command: step.line }),
    issues: [...damage, ...golden],
    facts,
  });
}
