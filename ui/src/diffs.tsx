import type { JSX } from 'preact';
import type { DiffLine } from '../../src/report/page/data.ts';
import type { LabViewProps } from './cursor.ts';
import { DiffRow } from './evidence.tsx';
import { WindowList } from './window-list.tsx';

/** What sanitized consoles have other than their references. */
export function Diffs({ lab }: LabViewProps): JSX.Element {
  const shown = lab.consoles.filter(({ diff }) => diff.length > 0);
  return (
    <div class="consoles">
      {shown.map(({ host, diff }) => (
        <section class="console" aria-label={`Differences of ${host}`}>
          <header>
            <b>{host}</b>
            <span class="note">− reference, + received, after sanitizing</span>
          </header>
          <WindowList
            label={`Differences of ${host}`}
            class="mono diff-list"
            count={diff.length}
            rowHeight={18}
            row={(index) => <DiffRow line={diff[index] as DiffLine} />}
          />
        </section>
      ))}
    </div>
  );
}
