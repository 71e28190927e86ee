import type { JSX } from 'preact';
import { type VerdictWord, wordTable } from '../../src/model/words.ts';

/** A verdict word with its sign. */
export function Badge({
  word,
  expected = true,
}: {
  readonly word: VerdictWord;
  readonly expected?: boolean;
}): JSX.Element {
  return (
    <span class={`badge word-${word}${expected ? '' : ' bad'}`}>
      <span class="sign" aria-hidden="true">
        {wordTable[word].sign}
      </span>
      {word}
    </span>
  );
}

/** A line with changed words marked. */
export function Marked({
  text,
  marks,
}: {
  readonly text: string;
  readonly marks?: readonly (readonly [number, number])[] | undefined;
}): JSX.Element {
  if (!marks || marks.length === 0) return <>{text}</>;
  const parts: (string | JSX.Element)[] = [];
  let at = 0;
  for (const [begin, end] of marks) {
    parts.push(text.slice(at, begin), <mark>{text.slice(begin, end)}</mark>);
    at = end;
  }
  return <>{[...parts, text.slice(at)]}</>;
}
