import { attemptFiles, hasAttemptFile } from '../../store/attempt-files.ts';
import { readChecks } from '../../suites/scenarios/format.ts';
import { type EvaltestCheck, readEvaltestChecks } from '../../suites/strongswan/evaltest-checks.ts';
import type { PageClock } from './clock.ts';
import type { CheckData } from './data.ts';

/** What a test's own checks asked and saw, those that passed too. */
export function checksOf(attemptDir: string, clock: PageClock | undefined): CheckData[] {
  if (hasAttemptFile(attemptDir, 'checks.json')) return scenarioChecks(attemptDir, clock);
  return (readEvaltestChecks(attemptDir) ?? []).map((check) => evaltestCheck(check, clock));
}

/** Those of a scenario in TypeScript. */
function scenarioChecks(attemptDir: string, clock: PageClock | undefined): CheckData[] {
  return readChecks(attemptFiles(attemptDir)).checks.map(
    ({ matcher, host, expected, received, passed, time, origin }) => ({
      what: matcher,
      where: `${host}, ${origin.file}:${origin.line}`,
      expected,
      received,
      passed,
      ...(clock && { t: clock.at(BigInt(time)) }),
    }),
  );
}

/** A line of strongSwan's `evaltest.dat`. */
function evaltestCheck(check: EvaltestCheck, clock: PageClock | undefined): CheckData {
  const { host, command, file, line, time } = check;
  return {
    what: command,
    where: `${host}, ${line > 0 ? `${file}:${line}` : file}`,
    expected: expectedText(check),
    received: receivedText(check),
    passed: check.outcome === 'holds',
    ...(clock && time !== undefined && { t: clock.at(BigInt(time)) }),
  };
}

function expectedText({ hit, pattern }: EvaltestCheck): string {
  if (hit === 'never') return `anything, the suite does not count it: ${pattern}`;
  if (hit === 'NO') return `no line with ${pattern}`;
  return hit === 'YES' ? `a line with ${pattern}` : `${hit} lines with ${pattern}`;
}

function receivedText({ outcome, matched, lines }: EvaltestCheck): string {
  if (outcome === 'no-output') return 'the command did not end';
  if (outcome === 'unreadable') return 'grep takes no such pattern';
  const more = matched > lines.length ? [`… ${matched} lines in all`] : [];
  return [...lines, ...more].join('\n') || 'no line';
}
