import type { ComponentChildren, JSX } from 'preact';
import { type VerdictWord, wordTable } from '../../src/model/words.ts';
import type { RunLine, RunRef, RunState } from '../../src/report/page/data-of-runs.ts';
import { pageOf } from './route.ts';
import { dateText, grouped } from './words.ts';

/** A run: its date, and its page where there is one. */
export function RunName({ run }: { readonly run: RunRef }): JSX.Element {
  const href = pageOf(run);
  const text = dateText(run.started);
  return (
    <span class="run-name" title={run.id}>
      {href === undefined ? text : <a href={href}>{text}</a>} <bdi class="run-tail">{tailOf(run.id)}</bdi>
    </span>
  );
}

/** What tells runs of one minute apart. */
function tailOf(id: string): string {
  return id.slice(id.lastIndexOf('_') + 1).slice(0, 12);
}

const stateSigns: Readonly<Record<RunState, string>> = { running: '●', stopped: '◼', complete: '' };

/** Running or stopped; nothing of one that is complete. */
export function StateMark({ state }: { readonly state: RunState }): JSX.Element | null {
  if (state === 'complete') return null;
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{stateSigns[state]}</span> {state}
    </span>
  );
}

/** A link to a test's page in a run, by `suite:name`; just the name if it has no page. */
export function TestIn({ run, test }: { readonly run: RunRef; readonly test: string }): JSX.Element {
  const href = pageOf(run, test);
  const name = <bdi>{test}</bdi>;
  return href === undefined ? name : <a href={href}>{name}</a>;
}

/** A count of a word. */
export function WordCount({ word, count }: { readonly word: VerdictWord; readonly count: number }): JSX.Element {
  return (
    <span class={`word-count word-${word}`} title={`${count} ${word}`}>
      <span class="sign" aria-hidden="true">
        {wordTable[word].sign}
      </span>
      {grouped(count)}
      <span class="unseen"> {word}</span>
    </span>
  );
}

/** What was under test, each thing with its versions. */
export function Versions({ of }: { readonly of: RunLine['versions'] }): JSX.Element {
  return (
    <span class="versions">
      {of.map(([what, versions]) => (
        <span title={`${what} ${versions.join(', ')}`}>
          <span class="what">{what}</span> <bdi>{versions.map(shortVersion).join(', ')}</bdi>
        </span>
      ))}
    </span>
  );
}

/** Identities may be long: what can be told apart. */
function shortVersion(version: string): string {
  return version.length > 34 ? `${version.slice(0, 32)}…` : version;
}

/** A table in a box that a keyboard scrolls. */
export function TableBox(props: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="group" aria-label={props.label}>
      <table class="table">{props.children}</table>
    </div>
  );
}
