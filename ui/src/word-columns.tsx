import type { JSX } from 'preact';
import { type VerdictWord, verdictWords, wordTable } from '../../src/model/words.ts';

/** Columns of a table of runs: the words that any of them has, best first. */
export function wordsOf(
  runs: readonly { readonly words: readonly (readonly [VerdictWord, number])[] }[],
): VerdictWord[] {
  const occur = new Set(runs.flatMap((run) => run.words.map(([word]) => word)));
  return verdictWords.filter((word) => occur.has(word));
}

/** A head for each word. */
export function WordHeads({ words }: { readonly words: readonly VerdictWord[] }): JSX.Element {
  return (
    <>
      {words.map((word) => (
        <th scope="col" class={`number word-${word}`}>
          <span class="sign" aria-hidden="true">
            {wordTable[word].sign}
          </span>{' '}
          {word}
        </th>
      ))}
    </>
  );
}
