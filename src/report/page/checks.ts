import { parseJson } from '../../base/files.ts';
import type { AttemptFiles } from '../../evidence/attempt/attempt.ts';
import { type CheckOutcome, outcomesSchema } from '../../model/check-outcomes.ts';
import type { PageClock } from './clock.ts';
import type { CheckData } from './data.ts';

/** What a test's own checks asked and saw, those that passed too, as judging left them. */
export function checksOf(attempt: AttemptFiles, clock: PageClock): CheckData[] {
  const file = 'derived/checks.json';
  const bytes = attempt.read(file);
  if (bytes === undefined) return [];
  const { checks } = parseJson(Buffer.from(bytes).toString('utf8'), outcomesSchema, file);
  return checks.map((check) => checkData(check, clock));
}

function checkData({ asked, host, file, line, outcome, time, ...texts }: CheckOutcome, clock: PageClock): CheckData {
  return {
    what: asked,
    where: `${host && `${host}, `}${line === undefined ? file : `${file}:${line}`}`,
    expected: texts.expected,
    received: texts.received,
    passed: outcome === 'holds',
    ...(time !== undefined && { t: clock.at(BigInt(time)) }),
  };
}
