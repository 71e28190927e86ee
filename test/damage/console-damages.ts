import type { VerdictWord } from '../../src/model/words.ts';
import type { Damage, Damaged } from './damage.ts';
import { type PrintedLine, printedLines, replaceLine } from './edit-output.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** A change of one line of a console. */
interface Kind {
  readonly id: string;
  readonly expected: VerdictWord;
  readonly why: string;
  /** The part of a line that the damage is about; from its start on, where sanitizers leave some such lines out. */
  readonly pattern: RegExp;
  /** What becomes of the line; empty: nothing is left of it. */
  readonly edit: (line: string) => string;
  /** How the part stands in the sanitized console: as it is, or not at all since sanitizers put something else there. */
  readonly sanitized: 'same' | 'other';
}

const otherDigits = (text: string): string => text.replace(/\d/g, (digit) => String((Number(digit) + 1) % 10));
const otherNumber = (pattern: RegExp) => (line: string) => line.replace(pattern, otherDigits);
const shownTime = /\bwill wait (?:\d+\.)?\d+ seconds for response/;

const kinds: readonly Kind[] = [
  {
    id: 'remove-established',
    expected: 'major',
    why: 'the reference has an SA that the console does not tell of',
    pattern:
      /^(?!.*\bto delete\b)(?:\d{3} )?"[^"]+"(?:\[\d+\])?(?: \S+)? #\d+:.*(?:\bestablished (?:IKE|Child) SA|(?:ISAKMP|IPsec|IKE|Child) SA established)/,
    edit: () => '',
    sanitized: 'same',
  },
  {
    id: 'change-add-time',
    expected: 'passed',
    why: 'sanitizers put one time in place of all',
    pattern: /\badd_time=\d{9,11}\b/,
    edit: otherNumber(/\badd_time=\d+/),
    sanitized: 'other',
  },
  {
    id: 'change-round-trip',
    expected: 'passed',
    why: 'sanitizers put one time in place of all',
    pattern: /\btime=[\d.]+ ms\b/,
    edit: otherNumber(/\btime=[\d.]+ ms/),
    sanitized: 'other',
  },
  {
    id: 'change-shown-time',
    expected: 'minor',
    why: 'no sanitizer takes the time of a retransmission away, and it says nothing of SAs',
    pattern: new RegExp(`^.*${shownTime.source}`),
    edit: otherNumber(shownTime),
    sanitized: 'same',
  },
  ...[
    { id: 'reword-initiating', word: /: initiating (?=IKEv|Quick|Child)/, by: ': beginning ' },
    { id: 'reword-sent', word: /: sent (?=IKE_SA_INIT|IKE_AUTH|Main|Quick|INFORMATIONAL)/, by: ': emitted ' },
    { id: 'reword-processed', word: /: processed (?=IKE_SA_INIT|IKE_AUTH)/, by: ': handled ' },
  ].map(
    ({ id, word, by }): Kind => ({
      id,
      expected: 'minor',
      why: 'the line tells of a message, and of no SA',
      pattern: new RegExp(`^.*${word.source}`),
      edit: (line) => line.replace(word, by),
      sanitized: 'same',
    }),
  ),
];

/** Damages to what a console shows. */
export const consoleDamages: readonly Damage[] = kinds.map((kind) => {
  const { id, expected, why } = kind;
  return { id, expected, why, apply: (attempt) => applied(attempt, kind) };
});

function applied(attempt: StoredAttempt, kind: Kind): Damaged | undefined {
  for (const [host, name] of attempt.hosts.entries()) {
    const console = attempt.consoles.get(name);
    if (console === undefined) continue;
    const line = printedLines(attempt.records, host).find((one) => fits(one, kind, console));
    if (line === undefined) continue;
    const text = kind.edit(line.text);
    return { files: replaceLine(attempt.records, line, text && `${text}\n`), where: `${name}: ${line.text}` };
  }
  return undefined;
}

function fits({ text }: PrintedLine, { pattern, sanitized }: Kind, console: string): boolean {
  const part = pattern.exec(text)?.[0];
  return part !== undefined && console.includes(part) === (sanitized === 'same');
}
