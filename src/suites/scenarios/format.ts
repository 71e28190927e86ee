import { dirname } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { parseJson, sha256 } from '../../base/files.ts';
import type { AttemptFiles } from '../../evidence/attempt/attempt.ts';
import { unifiedDiff } from '../../judge/text/difference.ts';
import type { CheckOutcome } from '../../model/check-outcomes.ts';
import { type Check, type ChecksFile, checksSchema, noTunnel } from '../../model/checks.ts';
import type { Origin } from '../../model/scenario.ts';
import { type Of, text } from '../../model/schema.ts';
import { storedSchema } from '../../model/stored-scenario.ts';
import type { Format, GoldenText, JudgedAttempt, Judgement } from '../format.ts';
import { checkLeaks } from './check-leaks.ts';
import { expectedText } from './expected-text.ts';
import { judgeScenario, lackText } from './judge.ts';
import { checksWithoutEvents } from './lost-events.ts';
import type { FileScenario } from './understand.ts';

/** `scenario.json` of a scenario that a TypeScript file declares. */
const schema = storedSchema.extend({ format: z.literal('scenario'), file: text });
type Stored = Of<typeof schema>;

/** What a scenario's own checks came to, beside the oracles. */
export const scenarioFormat: Format<FileScenario, Stored> = {
  schema,
  store: ({ judging: { file, tolerates, stacks } }) => ({ file, tolerates, ...(stacks.length > 0 && { stacks }) }),
  judge,
  folder: ({ file }) => dirname(file),
  outcome: (attempt) => outcomeOf(readChecks(attempt)),
  golden: (_, attempt) => readChecks(attempt).checks.flatMap(({ golden }) => (golden ? [goldenText(golden)] : [])),
};

/** Reads `checks.json`; a missing one is an error too. */
export function readChecks(attempt: AttemptFiles): ChecksFile {
  const file = 'checks.json';
  const bytes = attempt.read(file);
  if (bytes === undefined) throw new EspalierError('infrastructure', 'does not exist', { file });
  return parseJson(Buffer.from(bytes).toString('utf8'), checksSchema, file);
}

/** `first.scenario.ts:22: west: expected 2 IPsec SAs, received 0 IPsec SAs`. */
function outcomeOf({ checks, fault, lacks }: ChecksFile): string {
  const failed = checks.filter(({ passed }) => !passed);
  const lines = failed.map(({ host, origin, expected, received }) =>
    placed(origin, `${host && `${host}: `}expected ${expectedText(expected)}, received ${received}`),
  );
  if (fault) lines.push(placed(fault.origin, `${fault.host === undefined ? '' : `${fault.host}: `}${fault.message}`));
  if (lacks) lines.push(placed(lacks.origin, lackText(lacks)));
  if (lines.length === 0) lines.push(`its function has ended; ${checks.length} checks passed`);
  return lines.join('\n');
}

function placed(origin: Origin | undefined, message: string): string {
  return origin === undefined ? message : `${origin.file}:${origin.line}: ${message}`;
}

function goldenText({ file, expected, received }: NonNullable<ChecksFile['checks'][number]['golden']>): GoldenText {
  return { file, content: Buffer.from(received), before: expected === undefined ? undefined : sha256(expected) };
}

async function judge(stored: Stored, { attempt, end, put, damage, golden, facts }: JudgedAttempt): Promise<Judgement> {
  const { checks, fault, lacks, hints } = readChecks(attempt);
  for (const check of checks) {
    if (check.golden === undefined || check.passed) continue;
    const { file, expected = '', received } = check.golden;
    const name = file.replaceAll('/', '%2f').replace(/\.txt$/, '');
    const diff = unifiedDiff(expected, received, [`expected/${file}`, `received/${file}`]);
    put(`${name}.diff`, diff);
  }
  const step = end.step === undefined ? undefined : stored.steps[end.step];
  const verdict = judgeScenario({
    checks,
    ...(fault && { fault }),
    ...(lacks && { lacks }),
    end,
    ...(step && { command: step.line, said: endOfOutput(attempt, end.step) }),
    ...(hints && { hints }),
    issues: [...damage, ...golden, ...checksWithoutEvents(checks, attempt)],
    facts,
  });
  return { verdict, checks: checks.map(outcomeOfCheck), leaks: checkLeaks(checks, attempt.evidence) };
}

/** Lines that are shown of a command that did not end. */
const endLines = 5;

function endOfOutput({ consoles }: JudgedAttempt['attempt'], step: number | undefined): string {
  const command = consoles.flatMap(({ commands }) => commands).find((one) => one.step === step);
  const text = Buffer.from(command?.output ?? []).toString('utf8');
  return text.split(/\r?\n/).filter(Boolean).slice(-endLines).join('\n');
}

function outcomeOfCheck({ matcher, host, expected, received, passed, time, origin }: Check): CheckOutcome {
  const isUnasked = matcher === 'traffic' && received === noTunnel;
  const outcome = isUnasked ? 'undecided' : passed ? 'holds' : 'fails';
  return {
    host,
    asked: matcher,
    file: origin.file,
    line: origin.line,
    expected: expectedText(expected),
    received,
    outcome,
    time,
  };
}
