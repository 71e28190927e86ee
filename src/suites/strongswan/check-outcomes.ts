import { utf8OfLatin1 } from '../../base/bytes.ts';
import type { CheckOutcome } from '../../model/check-outcomes.ts';
import { type CheckEvidence, holds } from './judge.ts';

/** Lines that are kept of what a check found, and characters of each. */
const linesKept = 3;
const lineLength = 300;

/** What came of a check, in Unicode. `begin`: when its command was typed, virtual nanoseconds since 1970. */
export function outcomeOf(check: CheckEvidence, begin: bigint | undefined): CheckOutcome {
  const { host, command, file, line } = check;
  return {
    host,
    asked: utf8OfLatin1(command),
    file,
    ...(line > 0 && { line }),
    expected: utf8OfLatin1(expectedText(check)),
    ...answerOf(check),
    ...(begin !== undefined && { time: String(begin) }),
  };
}

function expectedText({ hit, pattern }: CheckEvidence): string {
  if (hit === 'never') return `anything, the suite does not count it: ${pattern}`;
  if (hit === 'NO') return `no line with ${pattern}`;
  return hit === 'YES' ? `a line with ${pattern}` : `${hit} lines with ${pattern}`;
}

function answerOf(check: CheckEvidence): Pick<CheckOutcome, 'outcome' | 'received'> {
  const { output, found } = check;
  if (output === undefined) return { outcome: 'undecided', received: 'the command did not end' };
  if ('problem' in found) return { outcome: 'undecided', received: 'grep takes no such pattern' };
  const { lines } = found;
  const kept = lines.slice(0, linesKept).map((text) => utf8OfLatin1(text).slice(0, lineLength));
  const more = lines.length > kept.length ? [`… ${lines.length} lines in all`] : [];
  return { outcome: holds(check, lines) ? 'holds' : 'fails', received: [...kept, ...more].join('\n') || 'no line' };
}
