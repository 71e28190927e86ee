import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { component } from '../store/layout.ts';
import { keyOf, type Results, type ScenarioResult } from '../store/results.ts';
import { verdictWords } from '../verdict/verdict.ts';
import { clustersList } from './clusters.ts';
import { scenarioPage, wordClass } from './html-scenario.ts';
import { type Html, html, page } from './page.ts';
import { rerunCommand } from './summary.ts';

/** What the pages of a run are made from. */
export interface HtmlInput {
  readonly dir: string;
  readonly results: Results;
  /** Lines of the page's head: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly rerunOptions: readonly string[];
  /** Pages only for what is not as expected: a long run ends without a long wait. */
  readonly unexpectedOnly?: boolean;
}

/** Writes `report/index.html` and the pages of its scenarios; returns the path of the index. */
export function writeHtmlReport(input: HtmlInput): string {
  const dir = join(input.dir, 'report');
  const shown = input.results.results.filter(({ expected }) => !(input.unexpectedOnly && expected));
  const pages = new Set(shown);
  for (const result of shown) {
    const again = rerunCommand(result, input.rerunOptions);
    write(join(dir, pathOf(result)), scenarioPage(result, input.dir, again));
  }
  const index = join(dir, 'index.html');
  write(index, indexPage(input, pages));
  return index;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function pathOf({ suite, name }: ScenarioResult): string {
  return `scenarios/${component(suite)}/${component(name)}.html`;
}

function indexPage({ results, facts }: HtmlInput, pages: ReadonlySet<ScenarioResult>): string {
  const unexpected = results.results.filter(({ expected }) => !expected);
  const rest = results.results.filter(({ expected }) => expected);
  const table = (members: readonly ScenarioResult[]): Html =>
    html`<table><thead><tr><th>verdict</th><th>scenario</th><th>time</th><th></th></tr></thead>
<tbody>${members.map((result) => row(result, pages.has(result)))}</tbody></table>`;
  return page(
    `Espalier: ${results.run}`,
    html`<h1>Run ${results.run}</h1>
<table>${facts.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>\n`)}</table>
<h2>Totals</h2>
${totals(results)}
${clustersList(results.clusters ?? [])}
${unexpected.length > 0 ? html`<h2>Not as expected</h2>\n${table(unexpected)}` : undefined}
${rest.length > 0 ? html`<h2>As expected</h2>\n${table(rest)}` : undefined}`,
  );
}

function totals(results: Results): Html {
  const rows = verdictWords.flatMap((word) => {
    const count = results.totals[word] ?? 0;
    const adapted = word === 'passed' && results.passedAdapted > 0 ? `, ${results.passedAdapted} of them adapted` : '';
    return count === 0 ? [] : [html`<tr><td>${count}</td><td>${word}${adapted}</td></tr>\n`];
  });
  if (results.pending.length > 0) rows.push(html`<tr><td>${results.pending.length}</td><td>not run</td></tr>\n`);
  return html`<table>${rows}</table>`;
}

function row(result: ScenarioResult, hasPage: boolean): Html {
  const time = result.attempts.at(-1)?.time?.wallMs;
  const name = hasPage ? html`<a href="${encodeURI(pathOf(result))}">${keyOf(result)}</a>` : html`${keyOf(result)}`;
  const reason = result.issues[0]?.message;
  const note = result.passesOnlyAdapted && result.word === 'passed' ? 'adapted' : reason;
  return html`<tr><td class="${wordClass(result)}">${result.word}</td><td>${name}</td>
<td>${time === undefined ? '' : `${(time / 1000).toFixed(1)} s`}</td><td class="note">${note}</td></tr>
`;
}
