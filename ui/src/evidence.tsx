import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { wordTable } from '../../src/model/words.ts';
import type { CheckData, DiffLine, IssueData, TestData, ToleratedData } from '../../src/report/page/data.ts';
import { Badge, Marked } from './badge.tsx';
import type { Point } from './cursor.ts';
import { clockText } from './words.ts';

interface EvidenceProps {
  readonly data: TestData;
  readonly point: Point;
}

/** What the verdict rests on, what the attempt was made of, and how to go on. */
export function Evidence({ data, point }: EvidenceProps): JSX.Element {
  return (
    <div class="evidence">
      <section class="issues" aria-label="What was seen">
        {data.description !== undefined && <p class="description">{data.description}</p>}
        {data.issues.length === 0 && <p class="nothing">{nothingText(data)}</p>}
        {data.issues.map((issue) => (
          <Issue issue={issue} point={point} />
        ))}
        {data.tolerated?.map((issue) => (
          <Issue issue={issue} point={point} />
        ))}
        {data.checks.length > 0 && <Checks checks={data.checks} point={point} />}
        {data.notes.map((note) => (
          <p class="note">{note}</p>
        ))}
      </section>
      <aside class="facts">
        <dl>
          {data.facts.map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
        {data.commands.map(([what, command]) => (
          <Command what={what} command={command} />
        ))}
        {data.downloads.length > 0 && <Downloads data={data} />}
      </aside>
    </div>
  );
}

function nothingText({ word, tolerated }: TestData): string {
  if (word !== 'passed') return 'No more is known.';
  return tolerated === undefined ? 'Nothing is other than expected.' : 'Nothing else is other than expected.';
}

/** What these found stands in the table of expected and received facts. */
const factKinds: ReadonlySet<string> = new Set(['facts-different', 'golden-facts']);

/** One that the scenario declares has its reason in the place of the word that it would have been. */
function Issue({ issue, point }: { readonly issue: IssueData | ToleratedData; readonly point: Point }): JSX.Element {
  const tolerated = 'why' in issue ? issue.why : undefined;
  return (
    <article class={`issue ${tolerated === undefined ? `word-${issue.word}` : 'tolerated'}`}>
      <header>
        {tolerated === undefined ? <Badge word={issue.word} /> : <span class="badge">tolerated</span>}
        <b>{issue.message}</b>
        <span class="kind">{issue.kind}</span>
      </header>
      {tolerated !== undefined && <p class="why">{tolerated}</p>}
      <p class="where">
        {issue.where.map((part) => (
          <code>{part}</code>
        ))}
        {issue.t !== undefined && (
          <button
            type="button"
            class="moment"
            onClick={() => point(issue.t, 'evidence')}
            title="show this moment below"
          >
            {clockText(issue.t)}
          </button>
        )}
      </p>
      {issue.excerpt.length > 0 && !factKinds.has(issue.kind) && (
        <div class="diff" tabIndex={0} role="group" aria-label="Excerpt">
          {issue.excerpt.map((line) => (
            <DiffRow line={line} />
          ))}
        </div>
      )}
    </article>
  );
}

const signNames = { '-': 'expected', '+': 'received', ' ': '', '@': '' };

/** A line of a difference; the sign stands beside the colour. */
export function DiffRow({ line }: { readonly line: DiffLine }): JSX.Element {
  const kind = { '-': 'minus', '+': 'plus', ' ': 'same', '@': 'place' }[line.sign];
  return (
    <div class={`diff-line ${kind}`} title={signNames[line.sign]}>
      <span class="diff-sign">{line.sign === '@' ? '' : line.sign}</span>
      <Marked text={line.text} marks={line.marks} />
    </div>
  );
}

/** Checks that passed are folded where there are more. */
const passedShown = 6;

function Checks({ checks, point }: { readonly checks: readonly CheckData[]; readonly point: Point }): JSX.Element {
  const passed = checks.filter((check) => check.passed);
  const [open, setOpen] = useState(passed.length <= passedShown);
  const shown = open ? checks : checks.filter((check) => !check.passed);
  return (
    <div class="checks" tabIndex={0} role="group" aria-label="Expected and received">
      {passed.length > 0 && (
        <button type="button" class="toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'hide' : 'show'} {passed.length} {passed.length === 1 ? 'check' : 'checks'} that passed
        </button>
      )}
      {shown.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">check</th>
              <th scope="col">expected</th>
              <th scope="col">received</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((check) => (
              <CheckRow check={check} point={point} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function CheckRow({ check, point }: { readonly check: CheckData; readonly point: Point }): JSX.Element {
  const { what, where, expected, received, passed, t } = check;
  return (
    <tr class={passed ? '' : 'failed'}>
      <td>
        <span class={passed ? 'sign word-passed' : 'sign word-major'}>
          {passed ? wordTable.passed.sign : wordTable.major.sign}
        </span>{' '}
        {what}
        <span class="where">{where}</span>
        {t !== undefined && (
          <button type="button" class="moment" onClick={() => point(t, 'evidence')}>
            {clockText(t)}
          </button>
        )}
      </td>
      <td>
        <code>{expected || 'nothing'}</code>
      </td>
      <td>
        <code>{received || 'nothing'}</code>
      </td>
    </tr>
  );
}

function Command({ what, command }: { readonly what: string; readonly command: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard?.writeText(command).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div class="command">
      <span>{what}</span>
      <code tabIndex={0}>{command}</code>
      <button type="button" class="quiet" onClick={copy}>
        {copied ? 'copied' : 'copy'}
      </button>
    </div>
  );
}

function Downloads({ data }: { readonly data: TestData }): JSX.Element {
  return (
    <details class="downloads">
      <summary>Files</summary>
      <ul>
        {data.downloads.map(({ name, href, bytes }) => (
          <li>
            <a href={href} download={name}>
              {name}
            </a>{' '}
            <span class="number">{bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1024)} KiB`}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
