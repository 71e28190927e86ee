import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { CompareData, FoundDifferences, RunRef } from '../../src/report/page/data-of-runs.ts';
import { replaceHash } from './address.ts';
import { Badge } from './badge.tsx';
import { CategoriesTable } from './categories.tsx';
import { RunName, StateMark, TableBox, TestIn } from './parts.tsx';
import { compareLink, pageOf, type Query } from './route.ts';
import { SeveralRuns } from './several-runs.tsx';
import { usePart } from './use-part.ts';
import { dateText, duration, grouped } from './words.ts';

/** What is otherwise in a run than in another, or in several. */
export function ComparePage({ query }: { readonly query: Query }): JSX.Element {
  const data = usePart<CompareData>('compare', query);
  useEffect(() => {
    document.title = 'Compare runs · Espalier';
  });
  if (data === undefined) return <main class="compare" aria-busy="true" />;
  if (typeof data === 'string') return <main class="compare nothing">{data}</main>;
  const { choices, found, several } = data;
  const also = (query.also ?? '').split('\n').filter(Boolean);
  // From disk there is one pair.
  const isChoice = found === undefined || choices.length > 2;
  const set = (change: Query): void => {
    const pair = found && { before: found.before.id, now: found.now.id };
    replaceHash(compareLink({ ...pair, ...query, ...change }));
  };
  return (
    <main class="compare">
      <div class="controls">
        <h1>Compare</h1>
        {isChoice && (
          <>
            <RunChoice label="before" run={found?.before} choices={choices} set={(before) => set({ before })} />
            <RunChoice label="now" run={found?.now} choices={choices} set={(now) => set({ now })} />
          </>
        )}
        {isChoice && found && (
          <button type="button" class="quiet" onClick={() => set({ before: found.now.id, now: found.before.id })}>
            swap
          </button>
        )}
        {isChoice && found && (
          <RunChoice
            label="also"
            run={undefined}
            choices={choices.filter(({ id }) => ![found.before.id, found.now.id, ...also].includes(id))}
            set={(id) => set({ also: [...also, id].join('\n') })}
          />
        )}
      </div>
      {several && (
        <SeveralRuns
          several={several}
          remove={isChoice ? (id) => set({ also: also.filter((one) => one !== id).join('\n') }) : undefined}
        />
      )}
      {found ? (
        <Found found={found} isPair={several === undefined} />
      ) : (
        <p class="nothing">Two runs are needed to compare.</p>
      )}
    </main>
  );
}

interface RunChoiceProps {
  readonly label: string;
  readonly run: RunRef | undefined;
  readonly choices: readonly RunRef[];
  readonly set: (id: string) => void;
}

function RunChoice({ label, run, choices, set }: RunChoiceProps): JSX.Element {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={run?.id ?? ''} onChange={(event) => set(event.currentTarget.value)}>
        {run === undefined && <option value="">none</option>}
        {choices.map(({ id, started }) => (
          <option value={id}>
            {dateText(started)} {id.slice(-4)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FoundProps {
  readonly found: FoundDifferences;
  /** Nothing above says how many issues the runs have. */
  readonly isPair: boolean;
}

function Found({ found, isPair }: FoundProps): JSX.Element {
  const { before, now, common, world, changes, slower, onlyBefore, onlyNow } = found;
  const sections = changes.map(({ change, tests }) => [change, tests.length] as const);
  const all = [
    ...sections,
    ['slower', slower.length],
    ['only before', onlyBefore.length],
    ['only now', onlyNow.length],
  ];
  return (
    <>
      <p class="compared">
        <RunName run={now} /> <StateMark state={now.state} /> against <RunName run={before} />
        <StateMark state={before.state} />: {grouped(common)} tests in both
      </p>
      <ul class="figures">
        {all.map(([what, count]) => (
          <li class={`of-${String(what).replaceAll(' ', '-')}${count === 0 ? ' none' : ''}`}>
            <span class="figure">{grouped(Number(count))}</span> <span class="label">{what}</span>
          </li>
        ))}
      </ul>
      {world.length > 0 && (
        <dl class="world">
          {world.map(([what, old, present]) => (
            <>
              <dt>{what}</dt>
              <dd>
                <bdi>{old}</bdi> → <bdi>{present}</bdi>
              </dd>
            </>
          ))}
        </dl>
      )}
      {isPair && <CategoriesTable runs={[before, now]} title="tests by their issues" />}
      {changes.map(({ change, tests }) => tests.length > 0 && <Changed title={change} tests={tests} found={found} />)}
      {slower.length > 0 && <Slower found={found} />}
      <Only title="only before" run={before} tests={onlyBefore} />
      <Only title="only now" run={now} tests={onlyNow} />
    </>
  );
}

interface ChangedProps {
  readonly title: string;
  readonly tests: FoundDifferences['changes'][number]['tests'];
  readonly found: FoundDifferences;
}

function Changed({ title, tests, found }: ChangedProps): JSX.Element {
  return (
    <Section title={title} count={tests.length}>
      {tests.map(({ test, before, now, why }) => (
        <tr>
          <td class="pair">
            <Badge word={before} /> <span class="arrow-to">→</span> <Badge word={now} />
          </td>
          <td class="test-cell">
            <TestIn run={found.now} test={test} />
          </td>
          <td class="why">{why}</td>
          <td class="number">
            <Before run={found.before} test={test} />
          </td>
        </tr>
      ))}
    </Section>
  );
}

function Slower({ found }: { readonly found: FoundDifferences }): JSX.Element {
  return (
    <Section title="slower" count={found.slower.length}>
      {found.slower.map(({ test, beforeMs, nowMs }) => (
        <tr>
          <td class="pair">
            {duration(beforeMs)} <span class="arrow-to">→</span> {duration(nowMs)}
          </td>
          <td class="test-cell">
            <TestIn run={found.now} test={test} />
          </td>
          <td class="why">{(nowMs / beforeMs).toFixed(1)} times as long, virtual time</td>
          <td class="number">
            <Before run={found.before} test={test} />
          </td>
        </tr>
      ))}
    </Section>
  );
}

/** The same test as it was. */
function Before({ run, test }: { readonly run: RunRef; readonly test: string }): JSX.Element | null {
  const href = pageOf(run, test);
  return href === undefined ? null : <a href={href}>before</a>;
}

interface SectionProps {
  readonly title: string;
  readonly count: number;
  readonly children: JSX.Element[];
}

function Section({ title, count, children }: SectionProps): JSX.Element {
  return (
    <section class="differences" aria-label={title}>
      <h2>
        {title} <span class="note">{grouped(count)}</span>
      </h2>
      <TableBox label={title}>
        <tbody>{children}</tbody>
      </TableBox>
    </section>
  );
}

interface OnlyProps {
  readonly title: string;
  readonly run: RunRef;
  readonly tests: readonly string[];
}

function Only({ title, run, tests }: OnlyProps): JSX.Element | null {
  if (tests.length === 0) return null;
  return (
    <details class="only">
      <summary>
        {title} <span class="note">{grouped(tests.length)}</span>
      </summary>
      <ul>
        {tests.map((test) => (
          <li>
            <TestIn run={run} test={test} />
          </li>
        ))}
      </ul>
    </details>
  );
}
