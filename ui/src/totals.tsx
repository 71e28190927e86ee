import type { JSX } from 'preact';
import { wordTable } from '../../src/model/words.ts';
import type { RunData } from '../../src/report/page/data.ts';
import { CategoryFilter } from './categories.tsx';
import type { Filter } from './filter.ts';
import { grouped } from './words.ts';

interface TotalsProps {
  readonly run: RunData;
  readonly filter: Filter;
  readonly set: (change: Partial<Filter>) => void;
}

/** Counts by word, which are filters too, below a bar of their shares. */
export function Totals({ run, filter, set }: TotalsProps): JSX.Element {
  const words = run.words.filter(({ count }) => count > 0);
  const on = new Set(filter.word.split(',').filter(Boolean));
  const toggle = (word: string): void => {
    if (!on.delete(word)) on.add(word);
    set({ word: [...on].join(',') });
  };
  return (
    <section class="totals" aria-label="Totals">
      <div class="shares" aria-hidden="true">
        {words.map(({ word, count }) => (
          <span class={`word-${word}`} style={{ flexGrow: String(count) }} />
        ))}
        {run.pending > 0 && <span class="pending" style={{ flexGrow: String(run.pending) }} />}
      </div>
      <div class="words">
        {words.map(({ word, count, meaning, expected }) => (
          <button
            type="button"
            class={`total word-${word}${expected < count ? ' bad' : ''}`}
            aria-pressed={on.has(word)}
            title={meaning}
            onClick={() => toggle(word)}
          >
            <span class="figure">{grouped(count)}</span>
            <span class="label">
              <span class="sign" aria-hidden="true">
                {wordTable[word].sign}
              </span>
              {word}
            </span>
            {word === 'passed' && run.passedAdapted > 0 && (
              <span class="note">{grouped(run.passedAdapted)} adapted</span>
            )}
          </button>
        ))}
        {run.pending > 0 && (
          <span class="total">
            <span class="figure">{grouped(run.pending)}</span>
            <span class="label">{run.live === undefined ? 'not run' : 'to come'}</span>
          </span>
        )}
      </div>
      <CategoryFilter tests={run.tests} chosen={filter.category} set={(category) => set({ category })} />
    </section>
  );
}
